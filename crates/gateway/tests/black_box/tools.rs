//! Tools do what they say, in the agent's workspace and nowhere else.

use std::os::unix::fs::symlink;

use serde_json::{Value, json};
use tokio::io::DuplexStream;

use crate::house::{Client, House};

/// Sends and gives the end of the tool call that comes of it.
async fn tool_end(client: &mut Client<DuplexStream>, text: &str) -> Value {
    client.ok("chat.send", json!({"text": text, "sessionKey": "s"})).await;
    let end = client.chat("tool_call_end").await;
    client.chat("final").await;
    end
}

#[tokio::test]
async fn glob_grep_and_read_give_what_is_really_there() {
    let house = House::new().await;
    std::fs::create_dir(house.workspace().join("src")).unwrap();
    std::fs::write(house.workspace().join("src/a.rs"), "fn one() {}\nfn needle() {}\n").unwrap();
    std::fs::write(house.workspace().join(".gitignore"), "ignored.txt\n").unwrap();
    std::fs::write(house.workspace().join("ignored.txt"), "needle").unwrap();
    let mut client = house.client().await;

    let end = tool_end(&mut client, "list files").await;
    assert_eq!(end["result"]["paths"], json!([".gitignore", "README.md", "src/a.rs"]));
    let end = tool_end(&mut client, "search needle").await;
    assert_eq!(end["result"]["matches"], json!([{"path": "src/a.rs", "line": 2, "text": "fn needle() {}"}]));
    let end = tool_end(&mut client, "read src/a.rs").await;
    assert_eq!(end["result"]["content"], "fn one() {}\nfn needle() {}\n");
}

#[tokio::test]
async fn the_answer_repeats_what_the_tool_said() {
    let house = House::new().await;
    std::fs::write(house.workspace().join("a.txt"), "forty-two").unwrap();
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "read a.txt", "sessionKey": "s"})).await;
    let chats = client.chats_until("s", "final").await;
    let last = chats.last().unwrap();
    assert!(last["text"].as_str().unwrap().contains("forty-two"));
    assert_eq!((&last["iterations"], &last["toolCallsMade"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn no_path_and_no_link_leads_out_of_the_workspace() {
    let house = House::new().await;
    std::fs::write(house.folder.path().join("secret.txt"), "the secret").unwrap();
    symlink(house.folder.path().join("secret.txt"), house.workspace().join("link.txt")).unwrap();
    symlink(house.folder.path(), house.workspace().join("up")).unwrap();
    let mut client = house.client().await;
    for path in ["../../secret.txt", "link.txt", "up/secret.txt", "/etc/passwd"] {
        let end = tool_end(&mut client, &format!("read {path}")).await;
        assert_eq!(end["success"], false, "{path}");
        assert!(end["error"]["detail"].as_str().unwrap().contains("outside of the workspace"), "{path}: {end}");
    }
    let end = tool_end(&mut client, "search secret").await;
    assert_eq!(end["result"]["matches"], json!([]), "a search follows no link");
    // A write outside is refused before anybody is asked.
    let end = tool_end(&mut client, "write ../../evil.txt x").await;
    assert!(end["error"]["detail"].as_str().unwrap().contains("outside of the workspace"), "{end}");
    assert!(!house.folder.path().join("evil.txt").exists());
}

#[tokio::test]
async fn files_that_cannot_be_told_are_refused_with_a_reason() {
    let house = House::new().await;
    std::fs::write(house.workspace().join("binary"), [0, 159, 146, 150]).unwrap();
    let mut client = house.client().await;
    for (text, words) in
        [("read binary", "not a text file"), ("read none.txt", "does not exist"), ("read .", "is not a file")]
    {
        let end = tool_end(&mut client, text).await;
        assert!(end["error"]["detail"].as_str().unwrap().contains(words), "{text}: {end}");
    }
}

#[tokio::test]
async fn a_workspace_that_is_missing_says_what_to_do() {
    let house = House::with("[[gateway.agents]]\nid = \"main\"\nworkspace = \"/no/such/folder\"\n").await;
    let mut client = house.client().await;
    let end = tool_end(&mut client, "list files").await;
    assert!(end["error"]["detail"].as_str().unwrap().contains("Make this folder"), "{end}");
}
