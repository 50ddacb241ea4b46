//! Every recording in `fixtures/` through the decoder: what is promised of each stream,
//! and for the recordings that matter most the exact list of events.
//!
//! A recording is found by standing in the folder of its vendor; nothing lists it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod digest;
mod mutation;
mod promises;
mod recordings;
mod redacted;
mod replay;
mod script;
mod steer;
mod traps;

use recordings::{Recording, all};

#[test]
fn every_recording_keeps_the_promises() {
    let recordings = all();
    assert!(recordings.len() > 130, "only {} recordings found", recordings.len());
    let broken: Vec<String> = recordings.iter().flat_map(Recording::broken).collect();
    assert!(broken.is_empty(), "{} promises broken:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn every_line_of_every_recording_is_read() {
    for recording in all() {
        let problems = recording.decoded().problems;
        assert!(problems.is_empty(), "{}: {problems:?}", recording.name);
    }
}

#[test]
fn the_recordings_that_matter_most_decode_to_exactly_this() {
    for name in digest::IMPORTANT {
        let recording = Recording::named(name);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name.replace('/', "__"), digest::of(&recording));
        });
    }
}
