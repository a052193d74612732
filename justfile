# What is green here is green in CI: both run the same file.
check:
    .ci/run

# All tests, or those whose name contains the words given: `just test build_once`.
test *words:
    cargo test --locked -- {{words}}

# Licences, advisories and sources of the dependencies; needs cargo-deny.
deny:
    cargo deny check

# Accepts the snapshots that the last test run changed; needs cargo-insta.
accept:
    cargo insta review
