//! The caifeng command.
fn main() {}
