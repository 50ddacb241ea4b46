//! What a filter reaches, read from the sources before anything is built: which test targets can hold such a name, and
//! whether one of those tests asks for a real part. It may say too much, never too little: the name of a test is made
//! of its files and functions, and all of these are written out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use anyhow::Result;
use walkdir::WalkDir;

use crate::house::House;

/// How a test says that it wants a real part.
const WANTS_A_PART: &str = "or_skip!(";

/// What there is to build and to set up.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Cargo's words for the targets; none means all of them.
    pub targets: Vec<String>,
    /// A real gateway, keyring or window may be asked for.
    pub parts: bool,
}

/// The sources of one target, or of all targets of one kind in a package.
#[derive(Default)]
struct Group {
    words: Vec<String>,
    files: Vec<(String, String)>,
}

/// Everything.
pub fn all() -> Reach {
    Reach { targets: Vec::new(), parts: true }
}

/// Nothing, where no test can have that in its name.
pub fn of(house: &House, filter: &str) -> Result<Option<Reach>> {
    let names: Vec<&str> = filter.split("::").filter(|name| !name.is_empty()).collect();
    let mut reach = Reach::default();
    for group in groups(&house.root)?.values().filter(|group| group.holds(&names)) {
        reach.parts |= group.wants_a_part(names.last().copied().unwrap_or_default());
        if !reach.targets.ends_with(&group.words) {
            reach.targets.extend(group.words.iter().cloned());
        }
    }
    Ok((!reach.targets.is_empty()).then_some(reach))
}

impl Group {
    fn holds(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.files.iter().any(|file| mentions(file, name)))
    }

    fn wants_a_part(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.1.contains(WANTS_A_PART) && mentions(file, name))
    }
}

fn mentions((path, text): &(String, String), name: &str) -> bool {
    path.contains(name) || text.contains(name)
}

/// All sources, by the words that name their target to cargo; the key keeps packages apart.
fn groups(root: &Path) -> Result<BTreeMap<(Vec<String>, String), Group>> {
    let mut groups: BTreeMap<(Vec<String>, String), Group> = BTreeMap::new();
    for top in ["tests", "ui/src", "crates"] {
        for entry in WalkDir::new(root.join(top)).sort_by_file_name() {
            let entry = entry?;
            if entry.path().extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let path = entry.path().strip_prefix(root)?;
            let (package, words) = target(path);
            let group = groups.entry((words.clone(), package)).or_default();
            group.words = words;
            group.files.push((path.display().to_string(), fs::read_to_string(entry.path())?));
        }
    }
    Ok(groups)
}

/// The package of a source, and what names its target: `tests/` is one binary, a crate's `tests/` has one a file or
/// folder, and everything else is tested inside its library or program.
fn target(path: &Path) -> (String, Vec<String>) {
    let parts: Vec<String> = path.components().filter_map(name).collect();
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tests", ..] => ("tests".to_owned(), words(&["--test", "blackbox"])),
        ["crates", package, "tests", test, ..] => {
            ((*package).to_owned(), words(&["--test", test.trim_end_matches(".rs")]))
        }
        ["crates", package, ..] => ((*package).to_owned(), words(&["--lib", "--bins"])),
        _ => ("ui".to_owned(), words(&["--lib", "--bins"])),
    }
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
            ("tests/window.rs", "async fn the_window_opens() { or_skip!(open()); }"),
            ("tests/tidy.rs", "fn every_file_says_what_it_is_for() {}"),
            ("crates/link/tests/dialects/main.rs", "fn recorded_frames_are_read() {}"),
            ("crates/link/src/pulse.rs", "fn a_beat_is_kept() {}"),
            ("ui/src/main.rs", "fn main() {}"),
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
        assert_eq!(reach("a_beat"), Some(("--lib --bins".into(), false)));
        assert_eq!(reach("pulse::tests::a_beat"), None, "no file or function is named tests here");
        assert_eq!(reach("pulse::a_beat"), Some(("--lib --bins".into(), false)));
        assert_eq!(reach("recorded"), Some(("--test dialects".into(), false)));
        assert_eq!(reach("tidy::"), Some(("--test blackbox".into(), false)));
    }

    #[test]
    fn a_filter_that_reaches_the_real_window_sets_its_parts_up() {
        assert_eq!(reach("window::the_window"), Some(("--test blackbox".into(), true)));
    }

    #[test]
    fn a_filter_that_no_test_can_have_builds_nothing() {
        assert_eq!(reach("no_such_test"), None);
    }
}
