//! Calls that are kept to one place or banned: starting tasks, channels without a bound, panics and prints.

use super::rust::{find, program, programs};
use super::tree::{Complaint, Source};

const SPAWNS: &[&[&str]] = &[
    &["tokio", "::", "spawn"],
    &["task", "::", "spawn"],
    &["async_runtime", "::", "spawn"],
    &["spawn_blocking"],
    &["block_in_place"],
    &["thread", "::", "spawn"],
    &["thread", "::", "Builder"],
    &["JoinSet"],
];

const UNBOUNDED: &[&[&str]] = &[
    &["unbounded_channel"],
    &["UnboundedSender"],
    &["UnboundedReceiver"],
    &["mpsc", "::", "unbounded"],
    &["std", "::", "sync", "::", "mpsc", "::", "channel"],
];

const BLUNT: &[&[&str]] = &[
    &[".", "unwrap", "("],
    &[".", "expect", "("],
    &[".", "unwrap_err", "("],
    &[".", "expect_err", "("],
    &["panic", "!"],
    &["todo", "!"],
    &["unimplemented", "!"],
    &["dbg", "!"],
    &["println", "!"],
    &["eprintln", "!"],
    &["print", "!"],
    &["eprint", "!"],
];

pub fn spawns(sources: &[Source]) -> Vec<Complaint> {
    let outside = programs(sources).into_iter().filter(|source| !source.path.starts_with("crates/supervise/"));
    each(outside, SPAWNS, "only `supervise` starts tasks and threads: each has a name, an owner and a reported end")
}

pub fn unbounded(sources: &[Source]) -> Vec<Complaint> {
    let mend = "no channel without a bound: choose one, and say what happens when it is full";
    each(programs(sources).into_iter(), UNBOUNDED, mend)
}

pub fn blunt(sources: &[Source]) -> Vec<Complaint> {
    let mend = "outside tests an error is returned, and words go to the log or through the writer they were given";
    each(programs(sources).into_iter(), BLUNT, mend)
}

fn each<'a>(sources: impl Iterator<Item = &'a Source>, banned: &[&[&str]], mend: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    // The text is asked first: most files hold none of the words and need no parsing.
    let may_hold = |source: &&Source| {
        let said = |words: &&[&str]| words.iter().all(|word| source.text.contains(word));
        banned.iter().any(said)
    };
    for source in sources.filter(may_hold) {
        let tokens = program(source);
        for words in banned {
            let found = find(&tokens, words).into_iter();
            complaints.extend(found.map(|line| source.complain(line, format!("`{}`: {mend}", words.concat()))));
        }
    }
    complaints.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    complaints
}

#[test]
fn a_task_started_outside_supervise_is_named() {
    let text = "//! x\nfn a() {\n    tokio::spawn(async {});\n    std::thread::spawn(|| ());\n    tokio::task::spawn_blocking(|| ());\n}\n";
    let complaints =
        spawns(&[Source::new("crates/link/src/a.rs", text), Source::new("crates/supervise/src/a.rs", text)]);
    let lines: Vec<usize> = complaints.iter().map(|complaint| complaint.line).collect();
    assert_eq!(lines, [3, 4, 5]);
    assert!(complaints.iter().all(|complaint| complaint.path == "crates/link/src/a.rs"));
}

#[test]
fn an_unbounded_channel_is_named() {
    let bad = Source::new("crates/fleet/src/a.rs", "fn a() {\n let (tx, rx) = mpsc::unbounded_channel::<u8>();\n}");
    let good = Source::new("crates/fleet/src/b.rs", "fn a() { let (tx, rx) = mpsc::channel::<u8>(8); }");
    let complaints = unbounded(&[bad, good]);
    assert_eq!(complaints.len(), 1);
    assert_eq!((complaints[0].path.as_str(), complaints[0].line), ("crates/fleet/src/a.rs", 2));
}

#[test]
fn each_blunt_word_is_named_and_its_decent_cousin_is_not() {
    for word in ["x.unwrap()", "x.expect(\"y\")", "panic!()", "todo!()", "dbg!(x)", "println!()", "eprintln!()"] {
        let source = Source::new("crates/cli/src/a.rs", &format!("fn a() {{ {word}; }}"));
        assert_eq!(blunt(&[source]).len(), 1, "{word}");
    }
    let decent = "fn a() { x.unwrap_or_default(); x.unwrap_or(1); writeln!(out, \"y\"); assert!(x); }\n#[cfg(test)]\nmod tests { fn b() { x.unwrap(); } }";
    assert_eq!(blunt(&[Source::new("crates/cli/src/a.rs", decent)]), []);
    assert_eq!(blunt(&[Source::new("tests/main.rs", "fn a() { x.unwrap(); }")]), []);
}
