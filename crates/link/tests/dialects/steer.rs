//! What a node is asked besides talking, on the answers that real gateways gave.

mod mcp_dashboard;
mod moltis;
mod openclaw;

use link::call::{Ability, Call, CallError, Reply, Verb};
use serde_json::Value;

use crate::recordings::Recording;
use crate::traps::Talk;

/// The answers to a method in a recording, in their order: with `ok`, `payload` or `error`.
pub fn answers(recording: &str, method: &str) -> Vec<Value> {
    let text = Recording::named(recording).text;
    let frames: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["frame"].take()).collect();
    let asked = frames.iter().filter(|frame| frame["type"] == "req" && frame["method"] == method);
    let answered = |id: &Value| frames.iter().find(|frame| frame["type"] == "res" && frame["id"] == *id).cloned();
    asked.filter_map(|asked| answered(&asked["id"])).collect()
}

/// The hello of a recording, as the answer to our greeting.
pub fn hello(recording: &str) -> Value {
    let mut hello = answers(recording, "connect").remove(0);
    hello["id"] = "p1".into();
    hello
}

/// Asks `call` and answers each request that it takes with the next of `given`.
pub fn asked(talk: &mut Talk, call: &Call, given: &[&Value]) -> Result<Reply, CallError> {
    talk.dialect.call(7, call, talk.now, &mut talk.out);
    for answer in given {
        let request = talk.said().remove(0);
        let mut answer = (*answer).clone();
        answer["id"] = request["id"].clone();
        talk.hears(answer);
    }
    let (number, reply) = talk.out.replies.remove(0);
    assert_eq!(number, 7);
    reply
}

/// What the node says of a verb.
pub fn ability(talk: &Talk, verb: Verb) -> Ability {
    talk.dialect.ability(verb)
}
