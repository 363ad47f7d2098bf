//! Makes the certificate authority that one bottle trusts, and takes it away again.

use std::process::ExitCode;

fn main() -> ExitCode {
    ca_prep::run(std::env::args_os())
}
