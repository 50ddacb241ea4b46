//! The traps of each vendor's protocol, each as a small recording of its own or read out
//! of a real one.
