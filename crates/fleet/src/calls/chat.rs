//! Saying something, taking it back, saying it again, and stopping what runs.

use contract::calls::{CancelMessage, ResendMessage, SendMessage};
use contract::transcript::SessionRef;
use contract::{Code, Fault};
use link::call::{Call, Reply};

use super::ask::ask;
use super::{of_call, of_store};
use crate::fleet::Fleet;
use crate::gate;
use crate::nodes::Post;
use crate::outbox::{self, Words};

/// Writes the message down; it goes out by itself, now or when the node is back.
pub async fn send(fleet: &Fleet, args: SendMessage) -> Result<(), Fault> {
    let post = fleet.inner.nodes.get(&args.of.node)?;
    if args.text.trim().is_empty() {
        return Err(Fault::new(Code::Invalid, "There is nothing to send; type a message first."));
    }
    if !outbox::fits(&args.text) {
        return Err(Fault::new(Code::Invalid, outbox::TOO_LONG));
    }
    if args.client_id.is_empty() {
        return Err(Fault::new(Code::Invalid, "The message has no id. Close and reopen the window."));
    }
    open(fleet, &post).await?;
    let SendMessage { of, agent, text, client_id } = args;
    let words = Words { of, agent, text, client_id };
    outbox::put(&fleet.inner.parts, &post, words).await.map_err(|error| of_store(&error))
}

/// Takes back what is still queued.
pub async fn cancel(fleet: &Fleet, args: CancelMessage) -> Result<(), Fault> {
    let gone = outbox::cancel(&fleet.inner.parts, &args.of, &args.client_id).await.map_err(|error| of_store(&error))?;
    if gone {
        Ok(())
    } else {
        Err(Fault::new(Code::Settled, "The message is on its way already and cannot be taken back."))
    }
}

/// Sends a failed or unknown message again.
pub async fn resend(fleet: &Fleet, args: ResendMessage) -> Result<(), Fault> {
    let post = fleet.inner.nodes.get(&args.of.node)?;
    open(fleet, &post).await?;
    let ResendMessage { of, client_id } = args;
    let queued = outbox::resend(&fleet.inner.parts, &post, &of.session, &client_id).await;
    let queued = queued.map_err(|error| of_store(&error))?;
    if queued {
        Ok(())
    } else {
        Err(Fault::new(Code::Settled, "The node has this message; there is nothing to send again."))
    }
}

/// What a locked node would refuse later is refused now.
async fn open(fleet: &Fleet, post: &Post) -> Result<(), Fault> {
    let parts = &fleet.inner.parts;
    let open = gate::unlocked(parts, post).await;
    open.map(drop).map_err(|error| of_call(&gate::known_as(parts, post), &error))
}

/// Stops what runs in the session; answers whether something did.
pub async fn abort(fleet: &Fleet, window: &str, of: SessionRef) -> Result<bool, Fault> {
    let run = fleet.core().read(&of.node, |truth| truth.run_to_stop(&of.session));
    let call = Call::Abort { session: of.session, run: run.flatten() };
    ask(fleet, window, &of.node, call, Reply::aborted).await
}
