//! Classes of the window: what a view names is styled, and what is styled some view names.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::tree::{Complaint, Source, Tree};

pub fn check(tree: &Tree) -> Vec<Complaint> {
    let sheets: Vec<&Source> =
        tree.files.iter().filter(|source| source.path.starts_with("ui/") && source.path.ends_with(".css")).collect();
    let views: Vec<&Source> = tree
        .files
        .iter()
        .filter(|source| {
            source.path.starts_with("ui/") && (source.path.ends_with(".rs") || source.path.ends_with(".html"))
        })
        .collect();
    let styled = styled(&sheets);
    let mut complaints = unused(&styled, &views);
    complaints.extend(views.iter().flat_map(|view| unstyled(view, &styled)));
    complaints
}

type Styled<'a> = BTreeMap<String, (&'a Source, usize)>;

/// Every class of the sheets, and where it is first written.
fn styled<'a>(sheets: &[&'a Source]) -> Styled<'a> {
    let class = regex(r"\.(-?[a-zA-Z_][\w-]*)");
    let mut found = BTreeMap::new();
    for sheet in sheets {
        let selectors = selectors(&sheet.text);
        for (number, line) in selectors.lines().enumerate() {
            for name in class.captures_iter(line) {
                found.entry(name[1].to_owned()).or_insert((*sheet, number + 1));
            }
        }
    }
    found
}

/// The sheet with comments, quoted text and the insides of rules blanked, its lines kept.
fn selectors(text: &str) -> String {
    let blank = |text: &str, pattern: &str| {
        let keep_lines = |found: &regex::Captures<'_>| "\n".repeat(found[0].matches('\n').count());
        regex(pattern).replace_all(text, keep_lines).into_owned()
    };
    let bare = blank(&blank(text, r"(?s)/\*.*?\*/"), r#""[^"\n]*"|'[^'\n]*'|url\([^)]*\)"#);
    // A declaration ends with `;` or `}` and has no brace in it; a selector ends with `{`.
    blank(&bare, r"[^{};]*(;|\})")
}

fn unused(styled: &Styled<'_>, views: &[&Source]) -> Vec<Complaint> {
    let all: String = views.iter().map(|view| view.text.as_str()).collect::<Vec<_>>().join("\n");
    let words: BTreeSet<&str> = regex(r"-?[a-zA-Z_][\w-]*").find_iter(&all).map(|word| word.as_str()).collect();
    // `format!("is-{state}")` and `concat("is-", state)` name every class that starts so.
    let starts: Vec<String> =
        regex(r#"[" ]([a-zA-Z_][\w-]*-)(?:\{|")"#).captures_iter(&all).map(|found| found[1].to_owned()).collect();
    let is_used = |name: &str| words.contains(name) || starts.iter().any(|start| name.starts_with(start.as_str()));
    let complaint = |(name, (sheet, line)): (&String, &(&Source, usize))| {
        sheet.complain(*line, format!("`.{name}` is styled and no view names it: take it out"))
    };
    styled.iter().filter(|(name, _)| !is_used(name)).map(complaint).collect()
}

fn unstyled(view: &Source, styled: &Styled<'_>) -> Vec<Complaint> {
    let plain = regex(r#"\bclass\s*=\s*"([^"{}]*)""#);
    let toggled = regex(r"\bclass:([a-zA-Z_][\w-]*)\s*=");
    let mut complaints = Vec::new();
    for (number, line) in view.text.lines().enumerate() {
        let words = plain.captures_iter(line).chain(toggled.captures_iter(line));
        let names = words.flat_map(|found| found[1].split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let bare = names.filter(|name| !styled.contains_key(name));
        complaints.extend(bare.map(|name| {
            view.complain(number + 1, format!("class `{name}` has no style: add it to a sheet, or take it out"))
        }));
    }
    complaints
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is written here")
}

#[cfg(test)]
fn window(css: &str, view: &str) -> Tree {
    Tree { files: vec![Source::new("ui/style/a.css", css), Source::new("ui/src/a.rs", view)] }
}

#[test]
fn a_class_without_style_and_a_style_without_use_are_named() {
    let css = "/* .comment { } */\n.card { color: red; background: url(a.svg) }\n.lonely,\n.card .inner:hover { margin: 0.5rem }\n@media (x) { .deep { top: 0 } }\n";
    let view = "view! {\n <p class=\"card inner\"/>\n <p class=\"naked\" class:deep=true class:bare=x/>\n}";
    let complaints = check(&window(css, view));
    let found: Vec<(&str, usize)> =
        complaints.iter().map(|complaint| (complaint.path.as_str(), complaint.line)).collect();
    assert_eq!(found, [("ui/style/a.css", 3), ("ui/src/a.rs", 3), ("ui/src/a.rs", 3)], "{complaints:?}");
}

#[test]
fn classes_made_at_run_time_count_as_used() {
    let view = "fn a() { format!(\"is-{state} dot\"); pick(\"tone-\", x) }";
    assert_eq!(check(&window(".is-ready {} .dot {} .tone-warm {}", view)), []);
}
