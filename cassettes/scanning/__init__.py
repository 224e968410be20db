"""Whether files hold secrets. Nothing here is the scrubber's but the form of its placeholders, so what it overlooks
is not overlooked again for the same reason; a test keeps it so.

    cassettes, strays      which files are looked at, in little memory
    messages               what a request and a response are made of
    look                   one text or body: in trees, in pairs, by forms, by words; then what is packed in it
    names, values          which names tell of a secret, which values may be one
    trees, parsing         members of JSON, YAML, msgpack
    pairs, phrases, forms  running text
    ruleset                a maintained set of rules (the extra `scan`)
    unpacking              content codings, archives, base64, escapes
"""
