//! The scripts that fuzzing kept, played again, each also spoilt: what was once found stays mended, on the compiler
//! that everybody has.

use std::path::{Path, PathBuf};

use link::dialect::Kind;

use crate::mutation::{Dice, flip};
use crate::script;

/// How many spoilt copies of each script are played.
const COPIES: usize = 8;

#[test]
fn kept_scripts_and_spoilt_copies_of_them_break_no_promise() {
    let mut dice = Dice::new(0x0dd_ba11);
    for kind in Kind::ALL {
        let kept = corpus(kind);
        assert!(kept.len() > 20, "only {} scripts for {}", kept.len(), kind.name());
        for path in kept {
            let script = std::fs::read(&path).unwrap();
            // Said when it fails, and swallowed when not.
            println!("{}", path.display());
            script::play(kind, &script);
            for _ in 0..COPIES {
                script::play(kind, &spoilt(&script, &mut dice));
            }
        }
    }
}

fn corpus(kind: Kind) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(kind.name());
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Lines taken out, doubled, swapped, and bytes replaced.
fn spoilt(script: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = script.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..1 + dice.below(4) {
        let (at, other) = (dice.below(lines.len()), dice.below(lines.len()));
        match dice.below(4) {
            0 if lines.len() > 1 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[other].clone()),
            2 => lines.swap(at, other),
            _ => flip(&mut lines[at], dice),
        }
    }
    lines.join(&b'\n')
}
