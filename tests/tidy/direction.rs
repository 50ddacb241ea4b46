//! Who may depend on whom, read from the manifests; and the lints that every crate keeps.

use toml::{Table, Value};

use super::tree::{Complaint, Source};

/// A crate of the house and those of the house it may depend on.
type Allowed = (&'static str, &'static [&'static str]);

const HOUSE: &[Allowed] = &[
    ("contract", &[]),
    ("wire", &[]),
    ("supervise", &[]),
    ("store", &["supervise"]),
    ("link", &["wire", "supervise"]),
    ("gateway", &["wire", "supervise", "store"]),
    ("fleet", &["contract", "link", "supervise", "store"]),
    ("ui", &["contract"]),
    ("pilothouse", &["contract", "fleet", "gateway", "supervise"]),
    ("pilot", &["contract", "fleet", "gateway", "link", "supervise", "store"]),
    ("xtask", &[]),
    ("testkit", &["contract", "wire", "link", "fleet", "gateway", "supervise", "store"]),
    ("blackbox", &["testkit"]),
    ("link-fuzz", &["link"]),
];

/// The boundary crates carry words only, so only crates that are words may be in them.
const WORDS_ONLY: &[Allowed] =
    &[("contract", &["serde", "serde_json", "thiserror"]), ("wire", &["serde", "serde_json", "thiserror"])];

pub fn check(manifests: &[Source]) -> Vec<Complaint> {
    manifests.iter().flat_map(|manifest| directions(manifest).into_iter().chain(words_only(manifest))).collect()
}

/// Every crate inherits the lints of the workspace, which forbid `unsafe`.
pub fn lints(manifests: &[Source]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for manifest in manifests {
        let table = table(manifest);
        // A house of its own, for a nightly compiler; libFuzzer's macro exports a function, which counts as unsafe.
        if at(&table, &["package", "metadata", "cargo-fuzz"]).is_some() {
            continue;
        }
        let inherits = at(&table, &["lints", "workspace"]).and_then(Value::as_bool) == Some(true);
        if table.contains_key("package") && !inherits {
            complaints
                .push(manifest.complain(1, "add `[lints] workspace = true`: the lints of the house hold everywhere"));
        }
        let forbids =
            at(&table, &["workspace", "lints", "rust", "unsafe_code"]).and_then(Value::as_str) == Some("forbid");
        if table.contains_key("workspace") && !forbids {
            complaints.push(manifest.complain(1, "set `unsafe_code = \"forbid\"` under [workspace.lints.rust]"));
        }
    }
    complaints
}

fn directions(manifest: &Source) -> Vec<Complaint> {
    let table = table(manifest);
    let Some(name) = at(&table, &["package", "name"]).and_then(Value::as_str) else {
        return vec![];
    };
    let Some((_, allowed)) = HOUSE.iter().find(|(member, _)| *member == name) else {
        return vec![manifest.complain(
            1,
            format!("`{name}` is not in the list of tests/tidy/direction.rs: say there what it may depend on"),
        )];
    };
    let ours =
        dependencies(&table).into_iter().filter(|dependency| HOUSE.iter().any(|(member, _)| member == dependency));
    let wrong = ours.filter(|dependency| !allowed.contains(&dependency.as_str()));
    wrong
        .map(|dependency| {
            let what = format!("`{name}` may not depend on `{dependency}`: see \"Direction\" in ARCHITECTURE.md");
            manifest.complain(line_of(manifest, &dependency), what)
        })
        .collect()
}

fn words_only(manifest: &Source) -> Vec<Complaint> {
    let table = table(manifest);
    let name = at(&table, &["package", "name"]).and_then(Value::as_str).unwrap_or_default();
    let Some((_, allowed)) = WORDS_ONLY.iter().find(|(member, _)| *member == name) else {
        return vec![];
    };
    let foreign = dependencies(&table).into_iter().filter(|dependency| !allowed.contains(&dependency.as_str()));
    foreign
        .filter(|dependency| !HOUSE.iter().any(|(member, _)| member == dependency))
        .map(|dependency| {
            let what = format!(
                "`{name}` may not depend on `{dependency}`: it holds words only, for the window and the core alike"
            );
            manifest.complain(line_of(manifest, &dependency), what)
        })
        .collect()
}

/// What the program is built of: dependencies and build dependencies of every target; those of tests are free.
fn dependencies(table: &Table) -> Vec<String> {
    let mut names = names_in(table);
    let targets = table.get("target").and_then(Value::as_table).into_iter().flat_map(|targets| targets.values());
    names.extend(targets.filter_map(Value::as_table).flat_map(names_in));
    names
}

fn names_in(table: &Table) -> Vec<String> {
    let lists =
        ["dependencies", "build-dependencies"].into_iter().filter_map(|key| table.get(key).and_then(Value::as_table));
    lists.flat_map(|list| list.keys().cloned()).collect()
}

fn at<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let value = table.get(*first)?;
    if rest.is_empty() { Some(value) } else { at(value.as_table()?, rest) }
}

fn table(manifest: &Source) -> Table {
    manifest.text.parse().unwrap_or_else(|error| panic!("{}: {error}", manifest.path))
}

fn line_of(manifest: &Source, dependency: &str) -> usize {
    let found = manifest.text.lines().position(|line| line.trim_start().starts_with(dependency));
    found.map_or(1, |at| at + 1)
}

#[test]
fn a_dependency_against_the_direction_is_named_with_its_line() {
    let link = "[package]\nname = \"link\"\n[dependencies]\nwire.workspace = true\ncontract.workspace = true\n";
    let window =
        "[package]\nname = \"ui\"\n[target.'cfg(unix)'.dependencies]\nfleet = { path = \"../crates/fleet\" }\n";
    let complaints = check(&[Source::new("crates/link/Cargo.toml", link), Source::new("ui/Cargo.toml", window)]);
    let found: Vec<(&str, usize)> =
        complaints.iter().map(|complaint| (complaint.path.as_str(), complaint.line)).collect();
    assert_eq!(found, [("crates/link/Cargo.toml", 5), ("ui/Cargo.toml", 4)]);
}

#[test]
fn a_runtime_in_the_contract_is_named_and_one_for_its_tests_is_not() {
    let bad = "[package]\nname = \"contract\"\n[dependencies]\nserde = \"1\"\ntokio = \"1\"\n";
    let good = "[package]\nname = \"wire\"\n[dependencies]\nserde = \"1\"\n[dev-dependencies]\ntokio = \"1\"\ntestkit = \"0\"\n";
    let complaints = check(&[Source::new("a/Cargo.toml", bad), Source::new("b/Cargo.toml", good)]);
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert_eq!((complaints[0].path.as_str(), complaints[0].line), ("a/Cargo.toml", 5));
}

#[test]
fn a_crate_nobody_placed_is_named() {
    let complaints = check(&[Source::new("crates/new/Cargo.toml", "[package]\nname = \"new\"\n")]);
    assert!(complaints[0].what.contains("`new` is not in the list"));
}

#[test]
fn a_crate_without_the_lints_and_a_workspace_that_allows_unsafe_are_named() {
    let bare = Source::new("crates/a/Cargo.toml", "[package]\nname = \"a\"\n");
    let kept = Source::new("crates/b/Cargo.toml", "[package]\nname = \"b\"\n[lints]\nworkspace = true\n");
    let top = Source::new("Cargo.toml", "[workspace]\n[workspace.lints.rust]\nunsafe_code = \"warn\"\n");
    let complaints = lints(&[bare, kept, top]);
    let paths: Vec<&str> = complaints.iter().map(|complaint| complaint.path.as_str()).collect();
    assert_eq!(paths, ["crates/a/Cargo.toml", "Cargo.toml"]);
}
