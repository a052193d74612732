# What is green here is green in CI: both run the same file.
check:
    .ci/run

# All tests, or those whose name contains the words given: `just test build_once`.
test *words:
    cargo test --locked -- {{words}}

# Licences, advisories and sources of the dependencies; needs cargo-deny.
deny:
    cargo deny check

# Fuzzes the targets named, or all four, ten minutes each; needs cargo-fuzz. `just fuzz -t 60 shell` is a minute of one.
fuzz *arguments:
    fuzz/run.sh {{arguments}}

# Accepts the snapshots that the last test run changed; needs cargo-insta.
accept:
    cargo insta review
