//! Scope never widens; a rule covers what it names and no more.

use contract::Code;
use contract::approval::{Answer, Keeper, Rule};
use link::event::{Approval, Decision};
use proptest::prelude::*;

use super::*;
use crate::truth::{Asked, Settled};

fn asked(command: &str) -> Asked {
    let about = Approval {
        id: "a1".into(),
        kind: "exec".into(),
        command: command.into(),
        cwd: Some("/srv".into()),
        asked_at: None,
        expires_at: Some(100),
        allowed: vec![Decision::Once, Decision::Always, Decision::Deny],
        call: None,
        rule: None,
    };
    let (agent, session) = (Some("forge".into()), Some("main".into()));
    Asked { about, agent, session, asked: None, expires: Some(100), seen: 0, settled: None }
}

fn rule(text: &str) -> Rule {
    Rule { text: text.into(), ..view::approval::proposed("n", &asked("cargo test")).unwrap() }
}

fn say(asked: &Asked, answer: Answer, now: i64) -> Result<Decision, Fault> {
    let digest = view::approval::digest("n", asked);
    permitted("n", asked, &Word { id: "a1".into(), digest, answer, by: "you".into(), rule: None }, now)
}

#[test]
fn what_waits_may_be_answered_in_the_ways_its_node_takes() {
    let mut waiting = asked("ls");
    assert_eq!(say(&waiting, Answer::Once, 99), Ok(Decision::Once));
    assert_eq!(say(&waiting, Answer::DenyStop, 99), Ok(Decision::Deny));
    waiting.about.allowed = vec![Decision::Once, Decision::Deny];
    let always = Answer::Always { rule: rule("ls") };
    assert_eq!(say(&waiting, always, 99).unwrap_err().code, Code::Invalid);
    waiting.about.allowed = vec![Decision::Deny];
    assert_eq!(say(&waiting, Answer::Once, 99).unwrap_err().code, Code::Invalid);
}

#[test]
fn what_expired_changed_or_ended_is_never_allowed() {
    let waiting = asked("ls");
    assert_eq!(say(&waiting, Answer::Once, 100).unwrap_err().code, Code::Settled);
    let digest = view::approval::digest("n", &waiting);
    let word = Word { id: "a1".into(), digest, answer: Answer::Once, by: "you".into(), rule: None };
    assert_eq!(permitted("n", &asked("ls -l"), &word, 1).unwrap_err().code, Code::Changed);
    assert_eq!(permitted("another", &waiting, &word, 1).unwrap_err().code, Code::Changed);
    let settled = Some(Settled { decision: contract::approval::Decision::Deny, by: Some("anna".into()), at: 5 });
    let fault = say(&Asked { settled, ..waiting }, Answer::Once, 6).unwrap_err();
    assert_eq!(fault.message, "This is over already: denied by anna; nothing was sent.");
}

#[test]
fn a_rule_kept_here_is_no_always_to_the_node_and_the_nodes_own_is_not_edited() {
    let waiting = asked("cargo test");
    let mine = rule("cargo *");
    assert_eq!(say(&waiting, Answer::Always { rule: mine.clone() }, 1), Ok(Decision::Once));
    let theirs = Rule { keeper: Keeper::Node, ..rule("cargo test") };
    assert_eq!(say(&waiting, Answer::Always { rule: theirs }, 1), Ok(Decision::Always));
    for edited in [
        Rule { keeper: Keeper::Node, ..mine.clone() },
        Rule { keeper: Keeper::Node, expires_at: Some(50), ..rule("cargo test") },
        Rule { node: "m".into(), ..mine.clone() },
        Rule { agent: None, ..mine.clone() },
        Rule { session: Some("other".into()), ..mine.clone() },
        Rule { expires_at: Some(1), ..mine },
        rule("*"),
        rule("car* test"),
        rule("cargo build"),
        rule(""),
    ] {
        let fault = say(&waiting, Answer::Always { rule: edited.clone() }, 1).unwrap_err();
        assert_eq!(fault.code, Code::Invalid, "{edited:?}");
    }
}

#[test]
fn the_wildcard_stands_for_plain_words_only() {
    let covered = |text: &str, command: &str| {
        let rule = rule(text);
        covers(&rule, Scope::of("n", &asked(command)), 1)
    };
    assert!(covered("cargo *", "cargo test -p wire"));
    assert!(covered("cargo * -p *", "cargo test --all -p wire"));
    assert!(!covered("cargo *", "cargo"));
    for evil in [
        "test; rm -rf ~",
        "test && x",
        "test | sh",
        "test $(x)",
        "test `x`",
        "test > f",
        "a\nrm b",
        "te\u{200b}st",
        "'x'",
    ] {
        assert!(!covered("cargo *", &format!("cargo {evil}")), "{evil}");
    }
    assert!(covered("rm \\*.log", "rm *.log") && !covered("rm \\*.log", "rm a.log"), "a star of the command is a star");
    assert_eq!(view::approval::proposed("n", &asked("rm *\\x")).unwrap().text, "rm \\*\\\\x");
}

fn names() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![Just("a".to_owned()), Just("b".to_owned()), Just(String::new())])
}

proptest! {
    /// Whatever a rule says: what it covers is of its node, its agent, its kind, its session and folder if it names
    /// them, not after its time, and the request that it was made of is the one it covers when nothing was edited.
    #[test]
    fn scope_never_widens(
        (agent, session, cwd) in (names(), names(), names()),
        (of_agent, of_session, of_cwd) in (names(), names(), names()),
        text in "[a-c*\\\\ ;]{0,8}",
        command in "[a-c* ;\\\\|\u{200b}]{0,10}",
        (until, now) in (prop::option::of(0..10_i64), 0..10_i64),
        (node, kind) in (0..2, 0..2),
    ) {
        let pick = |n| if n == 0 { "n" } else { "m" };
        let made = Rule {
            node: "n".into(), agent: agent.clone(), session: session.clone(), kind: "n".into(), text: text.clone(),
            cwd: cwd.clone(), expires_at: until, keeper: Keeper::Here,
        };
        let scope = Scope {
            node: pick(node), agent: of_agent.as_deref(), session: of_session.as_deref(), kind: pick(kind),
            cwd: of_cwd.as_deref(), command: &command,
        };
        if covers(&made, scope, now) {
            prop_assert!(node == 0 && kind == 0);
            prop_assert_eq!(&agent, &of_agent);
            prop_assert!(session.is_none() || session == of_session);
            prop_assert!(cwd.is_none() || cwd == of_cwd);
            prop_assert!(until.is_none_or(|until| until > now));
            // Nothing dangerous comes in by a wildcard: there are no more of such marks than the rule itself has.
            for mark in [';', '|', '\u{200b}', '*'] {
                let count = |text: &str| text.chars().filter(|c| *c == mark).count();
                prop_assert!(count(&command) <= count(&text));
            }
        }
        let mut own = asked(&command);
        own.agent = of_agent.as_deref().map(Into::into);
        own.session = of_session.as_deref().map(Into::into);
        if !command.is_empty() {
            let proposed = view::approval::proposed("n", &own).unwrap();
            prop_assert!(covers(&proposed, Scope::of("n", &own), now));
            let mut other = own.clone();
            other.about.command = format!("{command}a").into();
            prop_assert!(!covers(&proposed, Scope::of("n", &other), now), "the rule as proposed covers one command");
        }
    }

    /// Two requests that a person could tell apart have two digests.
    #[test]
    fn a_digest_stands_for_one_request(a in ("[ab]{0,3}", "[ab]{0,3}", names()), b in ("[ab]{0,3}", "[ab]{0,3}", names())) {
        let of = |(command, kind, agent): &(String, String, Option<String>)| {
            let mut asked = asked(command);
            asked.about.kind = kind.as_str().into();
            asked.agent = agent.as_deref().map(Into::into);
            view::approval::digest("n", &asked)
        };
        prop_assert_eq!(of(&a) == of(&b), a == b);
    }
}
