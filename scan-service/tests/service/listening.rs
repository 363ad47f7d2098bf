//! Where the service listens, and who may reach it there.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::server::{Server, command};

fn socket() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scangate.sock");
    (folder, path)
}

fn at(path: &Path) -> String {
    format!("unix:{}", path.display())
}

/// Starts a service that cannot start: what it says, and its exit code.
fn refused(listen: &str) -> (String, Option<i32>) {
    let output = command().args(["--listen", listen]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (said.lines().last().unwrap_or_default().to_owned(), output.status.code())
}

#[tokio::test]
async fn a_unix_socket_is_its_owners_alone_answers_and_goes_with_the_service() {
    let (_folder, path) = socket();
    let mut server = Server::at(&at(&path), &[]);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let reply = server.scan(r#"{"type":"text","text":"hello"}"#).await;
    assert_eq!(reply.header("scan-verdict"), "allow");
    server.signal("-TERM");
    assert!(server.ended().success());
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_that_nobody_listens_at_is_replaced() {
    let (_folder, path) = socket();
    drop(UnixListener::bind(&path).unwrap());
    let server = Server::at(&at(&path), &[]);
    assert_eq!(server.get("/livez").await.status, 200);
}

#[test]
fn a_socket_in_use_a_file_and_a_link_are_left_alone() {
    let (folder, path) = socket();
    let in_use = UnixListener::bind(&path).unwrap();
    let (said, code) = refused(&at(&path));
    assert!(said.contains("another process listens there"), "{said}");
    assert_eq!(code, Some(1));
    drop(in_use);

    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "kept").unwrap();
    for other in [&link, &file] {
        let (said, code) = refused(&at(other));
        assert!(said.contains("no socket"), "{said}");
        assert_eq!(code, Some(1));
    }
    assert!(path.symlink_metadata().unwrap().file_type().is_socket());
    assert_eq!(std::fs::read_to_string(file).unwrap(), "kept");
}

#[tokio::test]
async fn a_service_that_ends_leaves_the_socket_of_its_successor() {
    let (_folder, path) = socket();
    let mut first = Server::at(&at(&path), &[]);
    std::fs::remove_file(&path).unwrap();
    let second = Server::at(&at(&path), &[]);
    first.signal("-TERM");
    assert!(first.ended().success());
    assert_eq!(second.get("/livez").await.status, 200);
}

#[test]
fn an_address_in_use_is_one_sentence_and_exit_code_1() {
    let server = Server::start();
    let (said, code) = refused(&server.address);
    assert!(said.starts_with(&format!("scan-service: cannot listen at {}: ", server.address)), "{said}");
    assert_eq!(code, Some(1));
}

#[test]
fn an_address_that_is_none_is_a_usage_error() {
    for listen in ["zebra", "unix:", "localhost", "127.0.0.1"] {
        assert_eq!(refused(listen).1, Some(2), "{listen}");
    }
}
