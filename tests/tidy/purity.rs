//! `contract` and `wire` are words only: no runtime, no clock, no file, no socket; so they compile for the window too.

use super::rust::{Token, program, programs};
use super::tree::{Complaint, Source};

const PURE: [&str; 2] = ["crates/contract/src/", "crates/wire/src/"];
const IMPURE_STD: [&str; 7] = ["fs", "net", "io", "process", "env", "thread", "os"];
const CLOCKS: [&str; 3] = ["Instant", "SystemTime", "now"];

pub fn check(sources: &[Source]) -> Vec<Complaint> {
    let pure = programs(sources).into_iter().filter(|source| PURE.iter().any(|place| source.path.starts_with(place)));
    pure.flat_map(impure).collect()
}

fn impure(source: &Source) -> Vec<Complaint> {
    let tokens = program(source);
    let mut complaints = Vec::new();
    for at in 0..tokens.len() {
        if tokens[at].text == "std" {
            let modules =
                std_modules(&tokens[at..]).into_iter().filter(|token| IMPURE_STD.contains(&token.text.as_str()));
            complaints.extend(modules.map(|token| source.complain(token.line, mend(&format!("std::{}", token.text)))));
        }
        let called = tokens.get(at + 1).is_some_and(|next| matches!(next.text.as_str(), "(" | "::" | ";" | "," | "}"));
        if called && CLOCKS.contains(&tokens[at].text.as_str()) {
            complaints.push(source.complain(tokens[at].line, mend(&tokens[at].text)));
        }
    }
    complaints
}

fn mend(what: &str) -> String {
    format!(
        "`{what}`: this crate does no I/O and reads no clock; take the value as an argument, or do it in `link`, `fleet` or `gateway`"
    )
}

/// The modules that a path starting at `std` names: one, or each branch of `std::{…}`.
fn std_modules(tokens: &[Token]) -> Vec<&Token> {
    match tokens {
        [_, colons, brace, rest @ ..] if colons.text == "::" && brace.text == "{" => branches(rest),
        [_, colons, module, ..] if colons.text == "::" => vec![module],
        _ => vec![],
    }
}

fn branches(tokens: &[Token]) -> Vec<&Token> {
    let mut depth = 0_usize;
    let mut starts = true;
    let mut found = Vec::new();
    for token in tokens {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" if depth == 0 => break,
            "}" => depth -= 1,
            "," if depth == 0 => starts = true,
            _ if starts => {
                found.push(token);
                starts = false;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn a_clock_a_file_and_a_socket_are_named() {
    for (bad, line) in [
        ("use std::fs;", 1),
        ("use std::{\n  collections::BTreeMap,\n  net::{IpAddr, TcpStream},\n};", 3),
        ("fn a() {\n  std::time::Instant::now();\n}", 2),
        ("fn a() { let t = std::time::SystemTime::now(); }", 1),
        ("fn a() { Timestamp::now(); }", 1),
        ("use std::io::Read;", 1),
    ] {
        let complaints = check(&[Source::new("crates/wire/src/a.rs", bad)]);
        assert!(complaints.iter().any(|complaint| complaint.line == line), "{bad}: {complaints:?}");
    }
}

#[test]
fn words_and_other_crates_are_left_alone() {
    let fine = "use std::time::Duration;\nuse std::{collections::BTreeMap, fmt};\nstruct A { now: u64 }\n#[cfg(test)]\nmod tests { use std::fs; }";
    assert_eq!(check(&[Source::new("crates/contract/src/a.rs", fine)]), []);
    assert_eq!(check(&[Source::new("crates/link/src/a.rs", "use std::fs;")]), []);
}
