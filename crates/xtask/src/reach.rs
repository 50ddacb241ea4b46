//! What a filter reaches, read from the sources before anything is built: which test targets can hold such a name, and
//! whether one of those tests asks for a real part. It may say too much, never too little: the name of a test is made
//! of its files, modules and functions, and all of these are written out (no macro here makes names of tests).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::WalkDir;

use crate::house::House;

/// How a test says that it wants a real part. Not in one piece, so that this file is not taken for one.
const WANTS_A_PART: &str = concat!("or_skip", "!(");

/// What there is to build and to set up.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Cargo's words for the packages and targets; none means all of them.
    pub targets: Vec<String>,
    /// A real gateway, keyring or window may be asked for.
    pub parts: bool,
}

/// The sources of one test target of a package, or of its library and programs.
#[derive(Default)]
struct Group {
    package: String,
    words: Vec<String>,
    sources: Vec<Source>,
}

/// What a source can give to the names of tests.
struct Source {
    /// Its folders, itself, and the modules in it.
    modules: Vec<String>,
    functions: Vec<String>,
    wants_a_part: bool,
}

/// Everything.
pub fn all() -> Reach {
    Reach { targets: Vec::new(), parts: true }
}

/// Nothing, where no test can have that in its name.
pub fn of(house: &House, filter: &str) -> Result<Option<Reach>> {
    let names: Vec<&str> = filter.split("::").collect();
    let (mut words, mut parts) = (BTreeSet::new(), false);
    for group in groups(&house.root)?.into_values().filter(|group| group.holds(&names)) {
        parts |= group.wants_a_part(&names);
        words.insert(format!("--package={}", group.package));
        words.extend(group.words);
    }
    // Each word once, whichever packages it is for: cargo takes no second `--lib`.
    let targets: Vec<String> = words.into_iter().collect();
    Ok((!targets.is_empty()).then_some(Reach { targets, parts }))
}

impl Group {
    fn holds(&self, names: &[&str]) -> bool {
        (0..names.len()).all(|at| self.sources.iter().any(|source| source.has(names, at)))
    }

    /// A test asks for its parts in the source that its function stands in.
    fn wants_a_part(&self, names: &[&str]) -> bool {
        let innermost = names.iter().rposition(|name| !name.is_empty()).unwrap_or_default();
        self.sources.iter().any(|source| source.wants_a_part && source.has(names, innermost))
    }
}

impl Source {
    fn read(path: &Path, text: &str) -> Source {
        let mut modules: Vec<String> = path.with_extension("").components().filter_map(name).collect();
        modules.extend(after("mod ", text));
        Source { modules, functions: after("fn ", text).collect(), wants_a_part: text.contains(WANTS_A_PART) }
    }

    /// Whether something here fits the part of the filter at that place: what stands before `::` is the end of a
    /// module's name, what stands behind one is the beginning of a name.
    fn has(&self, filter: &[&str], at: usize) -> bool {
        let Some(part) = filter.get(at) else { return false };
        let (begins, ends) = (at > 0, at + 1 < filter.len());
        let functions = self.functions.iter().filter(|_| !ends);
        self.modules.iter().chain(functions).any(|name| match (begins, ends) {
            (false, false) => name.contains(part),
            (false, true) => name.ends_with(part),
            (true, false) => name.starts_with(part),
            (true, true) => name == part,
        })
    }
}

fn after<'a>(word: &'a str, text: &'a str) -> impl Iterator<Item = String> + 'a {
    let name = |rest: &str| rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    text.split(word).skip(1).map(name)
}

/// All sources, by the folder of their package and what names their target to cargo.
fn groups(root: &Path) -> Result<BTreeMap<(PathBuf, Vec<String>), Group>> {
    let mut groups: BTreeMap<(PathBuf, Vec<String>), Group> = BTreeMap::new();
    for top in ["tests", "ui/src", "crates"] {
        for entry in WalkDir::new(root.join(top)).sort_by_file_name() {
            let entry = entry?;
            if entry.path().extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let path = entry.path().strip_prefix(root)?;
            let (folder, words) = target(root, path);
            let group = groups.entry((folder.clone(), words.clone())).or_default();
            if group.package.is_empty() {
                group.package = package(&root.join(folder))?;
            }
            group.words = words;
            group.sources.push(Source::read(path, &fs::read_to_string(entry.path())?));
        }
    }
    Ok(groups)
}

/// The folder of a source's package, and what names its target: `tests/` is one binary, a crate's `tests/` has one a
/// file or folder, and everything else is tested inside its library or programs.
fn target(root: &Path, path: &Path) -> (PathBuf, Vec<String>) {
    let parts: Vec<String> = path.components().filter_map(name).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let test = |name: &str| vec![format!("--test={}", name.trim_end_matches(".rs"))];
    match parts.as_slice() {
        ["tests", ..] => ("tests".into(), test("blackbox")),
        ["crates", package, "tests", name, ..] => (["crates", package].iter().collect(), test(name)),
        ["crates", package, ..] => inside(root, ["crates", package].iter().collect()),
        _ => inside(root, "ui".into()),
    }
}

fn inside(root: &Path, folder: PathBuf) -> (PathBuf, Vec<String>) {
    let kinds = [("src/lib.rs", "--lib"), ("src/main.rs", "--bins"), ("src/bin", "--bins")];
    let there = kinds.iter().filter(|(place, _)| root.join(&folder).join(place).exists());
    let words = there.map(|(_, word)| (*word).to_owned()).collect();
    (folder, words)
}

/// The name is the first one that stands in a manifest.
fn package(folder: &Path) -> Result<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
    let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    name.map(str::to_owned).with_context(|| format!("{} names no package", folder.display()))
}

fn name(part: Component<'_>) -> Option<String> {
    matches!(part, Component::Normal(_)).then(|| part.as_os_str().to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> (tempfile::TempDir, House) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_path_buf();
        for (file, text) in [
            ("tests/Cargo.toml", "[package]\nname = \"blackbox\"\n"),
            ("tests/window.rs", concat!("async fn the_window_opens() { or_skip", "!(open()); }")),
            ("tests/tidy.rs", "fn every_file_says_what_it_is_for() {}"),
            ("crates/link/Cargo.toml", "[package]\nname = \"link\"\n"),
            ("crates/link/tests/dialects/main.rs", "fn recorded_frames_are_read() {}"),
            ("crates/link/src/lib.rs", "mod pulse;"),
            ("crates/link/src/pulse.rs", "/// Keeps the window open.\nfn a_beat_is_kept() {}"),
            ("crates/store/Cargo.toml", "[package]\nname = \"store\"\n"),
            ("crates/store/src/lib.rs", "fn a_beat_is_kept_on_disk() {}"),
            ("ui/Cargo.toml", "[package]\nname = \"ui\"\n"),
            ("ui/src/main.rs", "fn main() {}\nfn a_beat_is_drawn() {}"),
        ] {
            let place = root.join(file);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }
        let house = House { target: root.join("target"), tools: root.join("tools"), peers: root.join("peers"), root };
        (folder, house)
    }

    fn reach(filter: &str) -> Option<(String, bool)> {
        let (_folder, house) = tree();
        of(&house, filter).unwrap().map(|reach| (reach.targets.join(" "), reach.parts))
    }

    #[test]
    fn a_filter_builds_the_targets_that_can_hold_it_and_no_parts_that_none_asks_for() {
        let without_parts = |targets: &str| Some((targets.to_owned(), false));
        assert_eq!(reach("a_beat_is_kept"), without_parts("--lib --package=link --package=store"));
        assert_eq!(reach("a_beat"), without_parts("--bins --lib --package=link --package=store --package=ui"));
        assert_eq!(reach("a_beat_is_kept::"), None, "a function holds no tests");
        assert_eq!(reach("pul::a_beat"), None, "no name ends so");
        assert_eq!(reach("pulse::a_beat"), without_parts("--lib --package=link"));
        assert_eq!(reach("recorded"), without_parts("--package=link --test=dialects"));
        assert_eq!(reach("tidy::"), without_parts("--package=blackbox --test=blackbox"));
    }

    #[test]
    fn a_filter_that_reaches_the_real_window_sets_its_parts_up() {
        assert_eq!(reach("window::the_window"), Some(("--package=blackbox --test=blackbox".into(), true)));
    }

    #[test]
    fn a_filter_that_no_test_can_have_builds_nothing() {
        assert_eq!(reach("no_such_test"), None);
        assert_eq!(reach("pulse::tests::a_beat"), None, "no file or module is named tests here");
        assert_eq!(reach("Keeps"), None, "a comment is no name");
    }
}
