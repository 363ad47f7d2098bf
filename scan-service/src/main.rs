//! Reads the command line, loads the engine, listens, serves until told to stop.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use scan_service::{
    App, Command, Config, StartError, hide_panic_messages, print_openapi, router, serve, start_logging,
    until_told_to_stop,
};

fn main() -> ExitCode {
    let config = Config::parse();
    match run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

fn run(config: &Config) -> Result<(), StartError> {
    if let Some(Command::Openapi) = config.command {
        return print_openapi();
    }
    start_logging(config.log);
    hide_panic_messages();
    let app = Arc::new(App::new(config)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = config.listen.bind().await?;
        tracing::info!(address = %listener.address(), "listening");
        if config.listen.is_open_to_others() && config.token_file.is_none() {
            tracing::warn!("other machines may reach this address, and no --token-file guards it");
        }
        serve(listener, router(app.clone()), config.drain(), until_told_to_stop(app)).await
    })
}
