# The verbs. Each is one line that works without `just` as well.

[private]
default:
    @just --list --unsorted

# Build everything and start Heliu on ./data
run *ARGUMENTS:
    cargo xtask run {{ARGUMENTS}}

# Install what the tests need and run every test
test *ARGUMENTS:
    cargo xtask test {{ARGUMENTS}}

# Format and lints, for before a commit
verify:
    cargo xtask verify

# Play the sample flows' talks
talk *PATHS="flows":
    cargo run --quiet --package server --bin heliu -- talk {{PATHS}}

# The benchmarks
bench *NAMES:
    cargo xtask bench {{NAMES}}

# The crates' documentation, at target/doc
docs:
    cargo xtask docs

# A new node kind from a template
new-node NAME:
    cargo xtask new-node {{NAME}}

# The finished product, at target/release/heliu
build:
    cargo xtask build
