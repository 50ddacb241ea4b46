//! Recording what crosses a node's connection.

use std::path::PathBuf;

use contract::calls::RecordStart;
use contract::record::Recording;
use contract::{Code, Fault};
use link::record::Texts;
use supervise::Lost;

use crate::apply::Fact;
use crate::fleet::Fleet;
use crate::record::{Over, RecordError, Recorded};

/// Begins a recording. It goes on over reconnects, until it is ended.
pub async fn start(fleet: &Fleet, args: RecordStart) -> Result<Recording, Fault> {
    let post = fleet.inner.nodes.get(&args.node)?;
    // Not what `recorded` is kept under: a disk may be slow, and who asks how it goes need not wait for it.
    let _turn = post.begins_recording.lock().await;
    if let Some(under_way) = post.recorded.lock().as_ref().filter(|recorded| recorded.on) {
        let message = format!(
            "{} is being recorded already, into {}. End that first.",
            post.row().name,
            under_way.path.display()
        );
        return Err(Fault::new(Code::Invalid, message));
    }
    let path = place(&args.file)?;
    let texts = if args.with_text { Texts::Kept } else { Texts::Filled };
    let over = if args.replace { Over::Allowed } else { Over::Never };
    let begun = fleet.inner.parts.scope.blocking("record", move || Recorded::begin(&path, texts, over)).await;
    let recorded = begun.map_err(|lost| unbegun(&lost))?.map_err(|error| fault(&error))?;
    post.tape.begin(recorded.recording.clone());
    let told = told(&recorded);
    *post.recorded.lock() = Some(recorded);
    fleet.inner.parts.core.feed(&post.id, [Fact::Recording(true)]);
    Ok(told)
}

/// Where it is written to: a window has no folder of its own, so a name alone is one in the person's.
fn place(file: &str) -> Result<PathBuf, Fault> {
    let file = file.trim();
    if file.is_empty() {
        return Err(Fault::new(Code::Invalid, "The recording needs a file; name one that is not there yet."));
    }
    Ok(std::env::home_dir().unwrap_or_default().join(file))
}

/// How it goes.
pub fn state(fleet: &Fleet, node: &str) -> Result<Option<Recording>, Fault> {
    let post = fleet.inner.nodes.get(node)?;
    let present = post.recorded.lock();
    Ok(present.as_ref().map(told))
}

/// Ends it; one that has ended already is told as it was.
pub fn stop(fleet: &Fleet, node: &str) -> Result<Recording, Fault> {
    let post = fleet.inner.nodes.get(node)?;
    post.tape.end();
    let mut present = post.recorded.lock();
    let Some(recorded) = present.as_mut() else {
        return Err(Fault::new(
            Code::NotFound,
            format!("{} is not being recorded; nothing was ended.", post.row().name),
        ));
    };
    recorded.on = false;
    fleet.inner.parts.core.feed(&post.id, [Fact::Recording(false)]);
    Ok(told(recorded))
}

fn told(recorded: &Recorded) -> Recording {
    let tally = recorded.tally().borrow().clone();
    let path = recorded.path.display().to_string();
    let fault = tally.fault.map(|why| {
        format!(
            "{path} could not be written on: {why}. What stands in it up to there is good. Make room and record again."
        )
    });
    Recording {
        frames_in: tally.frames_in,
        frames_out: tally.frames_out,
        connections: tally.connections,
        bytes: tally.bytes,
        dialect: tally.dialect.map(str::to_owned),
        secrets: tally.removed.secrets,
        texts: tally.removed.texts,
        persons: tally.removed.persons,
        fault,
        file: path,
        running: recorded.on,
    }
}

fn fault(error: &RecordError) -> Fault {
    Fault::new(Code::Invalid, format!("{error}."))
}

fn unbegun(lost: &Lost) -> Fault {
    Fault::new(Code::Other, format!("The recording did not begin: {lost}. Try again; after a restart, if it stays so."))
}
