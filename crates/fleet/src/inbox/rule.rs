//! What a rule covers. It fails closed: what is not named is not covered, and the wildcard stands for nothing that a
//! shell, or an eye, would take for something else.

use contract::approval::Rule;

use crate::truth::Asked;

/// What a rule is compared with: a request, taken apart.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub node: &'a str,
    pub agent: Option<&'a str>,
    pub session: Option<&'a str>,
    pub kind: &'a str,
    pub cwd: Option<&'a str>,
    pub command: &'a str,
}

impl<'a> Scope<'a> {
    /// A request's.
    pub fn of(node: &'a str, asked: &'a Asked) -> Scope<'a> {
        Scope {
            node,
            agent: asked.agent.as_deref(),
            session: asked.session.as_deref(),
            kind: &asked.about.kind,
            cwd: asked.about.cwd.as_deref(),
            command: &asked.about.command,
        }
    }
}

/// Whether the rule covers the request at that time (Unix milliseconds).
pub fn covers(rule: &Rule, scope: Scope<'_>, now: i64) -> bool {
    rule.node == scope.node
        && rule.agent.as_deref() == scope.agent
        && rule.session.as_deref().is_none_or(|session| scope.session == Some(session))
        && rule.kind == scope.kind
        && rule.cwd.as_deref().is_none_or(|cwd| scope.cwd == Some(cwd))
        && rule.expires_at.is_none_or(|at| at > now)
        && !scope.command.is_empty()
        && matches(&pattern(&rule.text), scope.command)
}

/// Whether the rule may be made of that request.
///
/// # Errors
/// A sentence: what is wrong with it.
pub fn fits(rule: &Rule, node: &str, asked: &Asked, now: i64) -> Result<(), String> {
    let scope = Scope::of(node, asked);
    if rule.expires_at.is_some_and(|at| at <= now) {
        return Err("The rule would have expired already; give it a later time.".to_owned());
    }
    if rule.agent.as_deref() != scope.agent || rule.node != scope.node || rule.kind != scope.kind {
        return Err("A rule is for the node, the agent and the kind of act that asked, and for no other.".to_owned());
    }
    let first = pattern(&rule.text).into_iter().take_while(|part| *part != Part::One(' '));
    if first.clone().any(|part| part == Part::Any) || first.count() == 0 {
        return Err("A rule names the program in full; `*` may stand behind it.".to_owned());
    }
    if !covers(rule, scope, now) {
        return Err("The rule does not cover the command that waits; `*` stands for plain words only.".to_owned());
    }
    Ok(())
}

/// A part of a rule's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    One(char),
    Any,
}

/// `*` is any, unless a backslash stands before it; two backslashes are one.
fn pattern(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        parts.push(match (c, chars.peek()) {
            ('\\', Some(&next @ ('*' | '\\'))) => {
                chars.next();
                Part::One(next)
            }
            ('*', _) => Part::Any,
            (c, _) => Part::One(c),
        });
    }
    parts
}

/// What the wildcard may stand for: nothing with which a command becomes two, or another one than it looks.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || " -_./=:,@%+".contains(c)
}

fn matches(pattern: &[Part], command: &str) -> bool {
    let command: Vec<char> = command.chars().collect();
    let (mut at, mut part) = (0, 0);
    // The last wildcard, and up to where it reaches.
    let mut back: Option<(usize, usize)> = None;
    while at < command.len() {
        match pattern.get(part) {
            Some(Part::Any) => {
                back = Some((part, at));
                part += 1;
                continue;
            }
            Some(Part::One(c)) if *c == command[at] => {
                (at, part) = (at + 1, part + 1);
                continue;
            }
            _ => {}
        }
        match back {
            Some((star, reached)) if is_plain(command[reached]) => {
                back = Some((star, reached + 1));
                (at, part) = (reached + 1, star + 1);
            }
            _ => return false,
        }
    }
    pattern[part..].iter().all(|part| *part == Part::Any)
}
