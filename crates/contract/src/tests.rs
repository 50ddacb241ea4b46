//! Every type that crosses has its JSON form recorded here, and is read back from it:
//! a change of the contract is seen in review, and both sides are rebuilt together.

mod record;
mod shapes;
mod steer;
mod table;
mod words;

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

fn check<T>(name: &str, value: &T)
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{name} is not read back");
    insta::assert_json_snapshot!(name, value);
}
