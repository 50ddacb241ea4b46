//! `subscribe` and `unsubscribe`.

use wire::event::{SubscribeParams, SubscribeReply, UnsubscribeParams};
use wire::{Code, Empty, Error};

use crate::router::Context;

/// Names that one client may ask for.
const MAX_EVENTS: usize = 200;

pub(crate) async fn subscribe(cx: &Context, params: SubscribeParams) -> Result<SubscribeReply, Error> {
    if params.events.len() > MAX_EVENTS || params.events.iter().any(|name| name.len() > 100) {
        return Err(Error::new(Code::InvalidRequest, "That are more events than there can be."));
    }
    let events = cx.client.subscribe(params.events);
    Ok(SubscribeReply { subscription_id: cx.client.conn_id.clone(), events })
}

pub(crate) async fn unsubscribe(cx: &Context, params: UnsubscribeParams) -> Result<Empty, Error> {
    match (params.events, params.subscription_id) {
        (Some(events), _) => cx.client.unsubscribe(Some(&events)),
        (None, Some(_)) => cx.client.unsubscribe(None),
        (None, None) => {
            return Err(Error::new(Code::InvalidRequest, "provide 'events' or 'subscriptionId'"));
        }
    }
    Ok(Empty {})
}
