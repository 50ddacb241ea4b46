//! Recorded frames, and the same cut off and spoilt: on these the tests compare the short ways of reading with the
//! general one. Tests only.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Kind;

/// The shorter frames that a vendor's recordings heard, one of each shape.
pub(crate) fn heard(kind: Kind) -> Vec<String> {
    #[derive(Deserialize)]
    struct Line<'a> {
        dir: String,
        #[serde(borrow)]
        frame: Option<&'a RawValue>,
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(kind.name());
    let (mut frames, mut shapes) = (Vec::new(), HashSet::new());
    for text in recordings(&folder) {
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line<'_>>(line).ok());
        for raw in lines.filter(|line| line.dir == "in").filter_map(|line| line.frame) {
            let frame = serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned());
            if frame.len() < 800 && shapes.insert(frame.replace(|c| !"{[:]}".contains(c), "")) {
                frames.push(frame);
            }
        }
    }
    assert!(frames.len() > 20, "only {} frames of {}", frames.len(), kind.name());
    frames
}

fn recordings(folder: &Path) -> Vec<String> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| match path.extension() {
        Some(ending) if ending == "jsonl" => vec![std::fs::read_to_string(path).unwrap()],
        _ if path.is_dir() => recordings(path),
        _ => Vec::new(),
    });
    texts.flatten().collect()
}

/// The frame cut off everywhere, and with single bytes replaced all over.
pub(crate) fn spoilt(frame: &str) -> impl Iterator<Item = String> {
    let cut = (0..frame.len()).filter_map(|end| frame.get(..end)).map(str::to_owned);
    let replaced = (0..frame.len()).step_by(5).filter_map(|at| {
        let other = char::from(b"\"{}[],:\\ nt0-9.\n"[at % 16]);
        Some(format!("{}{other}{}", frame.get(..at)?, frame.get(at + 1..)?))
    });
    cut.chain(replaced)
}
