//! The shell is wiring, and the window is pixels: who decides, who knows Tauri, and what is never rendered.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use syn::visit::{self, Visit};

use super::rust::{parsed, programs};
use super::tree::{Complaint, Source, Tree};

static ENUM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^\s*pub enum (\w+)").expect("a pattern"));

const SHELL: &str = "src-tauri/";
const BUDGET: usize = 800;
/// Crates whose enums are the domain: only they match on them.
const DOMAIN: [&str; 5] = ["crates/contract/", "crates/wire/", "crates/link/", "crates/fleet/", "crates/gateway/"];
const KNOWS_TAURI: &str = "ui/src/core.rs";

/// The shell has 800 lines at most.
pub fn length(sources: &[Source]) -> Vec<Complaint> {
    let shell: Vec<&Source> = sources.iter().filter(|source| source.path.starts_with(SHELL)).collect();
    let lines: usize = shell.iter().map(|source| source.text.lines().count()).sum();
    let longest = shell.into_iter().max_by_key(|source| source.text.lines().count());
    let over = longest.filter(|_| lines > BUDGET);
    let what = format!("the shell has {lines} lines, {BUDGET} at most: what decides belongs in `fleet`");
    over.map(|source| source.complain(1, what)).into_iter().collect()
}

/// The shell passes domain values on and never looks inside.
pub fn matches(sources: &[Source]) -> Vec<Complaint> {
    let in_domain = |source: &&&Source| DOMAIN.iter().any(|place| source.path.starts_with(place));
    let domain: BTreeSet<String> =
        programs(sources).iter().filter(in_domain).flat_map(|source| enums(source)).collect();
    let shell = sources.iter().filter(|source| source.path.starts_with(SHELL));
    shell.flat_map(|source| decisions(source, &domain)).collect()
}

/// One file of the window knows that Tauri exists; the rest asks that file.
pub fn tauri(tree: &Tree) -> Vec<Complaint> {
    let others = window(tree).filter(|source| source.path != KNOWS_TAURI);
    let mend = format!("only {KNOWS_TAURI} knows that Tauri exists: ask the core through it");
    lines_with(others, &["__TAURI", "tauri::", "tauri_"], &mend)
}

/// Text from a gateway becomes nodes, never markup; and style attributes are refused by the content policy.
pub fn html(tree: &Tree) -> Vec<Complaint> {
    let mend = "text from outside is rendered to nodes: markup from a gateway would run in the window";
    lines_with(window(tree), &["inner_html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"], mend)
}

fn window(tree: &Tree) -> impl Iterator<Item = &Source> {
    let kinds = [".rs", ".js", ".html"];
    tree.files
        .iter()
        .filter(move |source| source.path.starts_with("ui/") && kinds.iter().any(|kind| source.path.ends_with(kind)))
}

fn lines_with<'a>(sources: impl Iterator<Item = &'a Source>, words: &[&str], mend: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for source in sources {
        for (number, line) in source.text.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            if let Some(word) = words.iter().find(|word| !is_comment && line.contains(**word)) {
                complaints.push(source.complain(number + 1, format!("`{word}`: {mend}")));
            }
        }
    }
    complaints
}

fn enums(source: &Source) -> Vec<String> {
    ENUM.captures_iter(&source.text).map(|found| found[1].to_owned()).collect()
}

fn decisions(source: &Source, domain: &BTreeSet<String>) -> Vec<Complaint> {
    let mut found = Decisions { domain, lines: Vec::new() };
    found.visit_file(&parsed(source));
    let complaint = |(line, name)| {
        let what = format!("the shell looks inside `{name}`: it wires and decides nothing; let `fleet` answer this");
        source.complain(line, what)
    };
    found.lines.into_iter().map(complaint).collect()
}

/// Patterns that name a variant of a domain type.
struct Decisions<'a> {
    domain: &'a BTreeSet<String>,
    lines: Vec<(usize, String)>,
}

impl Decisions<'_> {
    fn look(&mut self, path: &syn::Path) {
        let Some(name) = path.segments.iter().rev().nth(1) else {
            return;
        };
        if self.domain.contains(&name.ident.to_string()) {
            self.lines.push((name.ident.span().start().line, name.ident.to_string()));
        }
    }
}

impl<'ast> Visit<'ast> for Decisions<'_> {
    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        match pattern {
            syn::Pat::Path(path) => self.look(&path.path),
            syn::Pat::TupleStruct(tuple) => self.look(&tuple.path),
            syn::Pat::Struct(fields) => self.look(&fields.path),
            _ => {}
        }
        visit::visit_pat(self, pattern);
    }
}

#[test]
fn a_shell_over_its_budget_is_named() {
    let long = |lines| [Source::new("src-tauri/src/lib.rs", &"// x\n".repeat(lines))];
    assert_eq!(length(&long(800)), []);
    assert_eq!(length(&long(801)).len(), 1);
}

#[test]
fn a_match_on_a_domain_type_is_named_and_one_on_tauris_is_not() {
    let contract = Source::new("crates/contract/src/update.rs", "//! x\npub enum Update { Node, Other(u8) }\n");
    let shell = "fn a(u: Update, e: RunEvent) {\n  match u {\n    contract::Update::Node => {}\n    Update::Other(_) => {}\n  }\n  match e { RunEvent::Exit => {} _ => {} }\n  if let Update::Node = u {}\n}\n";
    let complaints = matches(&[contract, Source::new("src-tauri/src/bridge.rs", shell)]);
    let lines: Vec<usize> = complaints.iter().map(|complaint| complaint.line).collect();
    assert_eq!(lines, [3, 4, 7]);
}

#[test]
fn a_second_file_that_knows_tauri_is_named() {
    let text = "//! x\n// __TAURI__ in words is fine\nfn a() { js(\"window.__TAURI__\"); }\n";
    let tree = Tree { files: vec![Source::new("ui/src/core.rs", text), Source::new("ui/src/views/a.rs", text)] };
    let complaints = tauri(&tree);
    assert_eq!(complaints.len(), 1);
    assert_eq!((complaints[0].path.as_str(), complaints[0].line), ("ui/src/views/a.rs", 3));
}

#[test]
fn markup_put_into_the_page_is_named() {
    let tree = Tree { files: vec![Source::new("ui/src/a.rs", "view! { <p inner_html=text/> }")] };
    assert_eq!(html(&tree).len(), 1);
}
