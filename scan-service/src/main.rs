//! Reads the command line, loads the engine, listens, serves until told to stop.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use scan_service::{
    App, Command, Config, StartError, check_rules, hide_panic_messages, print_openapi, router, serve,
    start_logging, until_told_to_stop,
};

fn main() -> ExitCode {
    let config = Config::parse();
    match run(&config) {
        Ok(code) => code,
        Err(error) => error.report(),
    }
}

fn run(config: &Config) -> Result<ExitCode, StartError> {
    match &config.command {
        Some(Command::Openapi) => print_openapi().map(|()| ExitCode::SUCCESS),
        Some(Command::CheckRules(given)) => check_rules(given),
        None => listen(config).map(|()| ExitCode::SUCCESS),
    }
}

fn listen(config: &Config) -> Result<(), StartError> {
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
