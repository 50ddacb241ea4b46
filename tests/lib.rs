//! Nothing: the black-box tests stand in `main.rs`, one binary for all. A package needs a target that is no test.
