# Each target sets up what it needs, quietly and once; a line is printed before each long step.
#
#   make run     the proxy on 127.0.0.1:8080, scanning in process (PORT=, POLICY=file, ARGS=more for mitmdump)
#   make try     a demonstration without internet         make serve   the service on 127.0.0.1:9470 (LISTEN=, POLICY=)
#   make test    every test                               make check   format, lints, types, docs, contract, licences
#   make bench   all figures                              make wheel   the abi3 wheel into dist/
#   make test-newest   end to end, mitmproxy 12           make clean   forget what was set up and built
#   make test-full     what takes minutes, beside test, and all of it with mitmproxy 12

PORT   ?= 8080
LISTEN ?= 127.0.0.1:9470
TARGET := $(or $(CARGO_TARGET_DIR),target)
PYTHON := .venv/bin/python
PIP    := $(PYTHON) -m pip install --quiet --disable-pip-version-check
DONE   := .scangate/done
SAY    := @printf '· %s\n'

RUST_FILES  := $(shell find scanner ca-prep scan-service pyo3-bridge -name '*.rs' -o -name '*.toml') Cargo.toml Cargo.lock
WHEEL_FILES := $(RUST_FILES) $(shell find addon pyo3-bridge/python -name '*.py*' -not -path '*__pycache__*')

.DELETE_ON_ERROR:
FUZZ_SECONDS ?= 120
.PHONY: run try test check bench fuzz serve wheel test-newest test-full clean

run: $(DONE)/wheel $(TARGET)/release/ca-prep
	@PORT=$(PORT) TARGET=$(TARGET) scripts/run

try: $(DONE)/wheel $(DONE)/tests $(DONE)/node $(TARGET)/release/ca-prep
	@PYTHONPATH=tests/e2e $(PYTHON) tests/try/demonstration.py

test: $(DONE)/wheel $(DONE)/tests $(DONE)/node
	$(SAY) 'Rust tests'
	@cargo test --quiet
	$(SAY) 'Python and end-to-end tests'
	@cargo build --quiet -p ca-prep -p scan-service -p promises
	@CA_PREP_BIN=$(abspath $(TARGET))/debug/ca-prep $(PYTHON) -m pytest tests pyo3-bridge/tests

test-full: $(DONE)/wheel $(DONE)/tests $(DONE)/node $(DONE)/peers $(DONE)/sdks $(DONE)/mitmproxy-12
	$(SAY) 'Tests that take minutes, and further clients'
	@cargo test --quiet -- --ignored
	@cargo build --quiet -p ca-prep -p scan-service -p promises
	@CA_PREP_BIN=$(abspath $(TARGET))/debug/ca-prep $(PYTHON) -m pytest -m full tests pyo3-bridge/tests
	$(SAY) 'End to end with scangate-proxy'
	@CA_PREP_BIN=$(abspath $(TARGET))/debug/ca-prep MITMDUMP=$(abspath .venv/bin/scangate-proxy) \
	   $(PYTHON) -m pytest tests/e2e --ignore tests/e2e/test_ca.py
	@$(MAKE) --no-print-directory test-newest ONLY='full or not full'

test-newest: $(DONE)/wheel $(DONE)/tests $(DONE)/node $(DONE)/mitmproxy-12
	$(SAY) 'End to end with the newest mitmproxy'
	@cargo build --quiet -p ca-prep -p scan-service -p promises
	@! [ -x .scangate/mitmproxy-12/mitmdump ] || CA_PREP_BIN=$(abspath $(TARGET))/debug/ca-prep \
	   MITMDUMP=$(abspath .scangate/mitmproxy-12/mitmdump) $(PYTHON) -m pytest -m '$(or $(ONLY),not full)' tests/e2e \
	   --ignore tests/e2e/test_chaos.py --ignore tests/e2e/test_soak.py

check: $(DONE)/wheel $(DONE)/tests .scangate/tools/bin/cargo-deny
	$(SAY) 'Rust: format, lints, documents'
	@cargo fmt --check
	@cargo clippy --quiet --workspace --all-targets -- -D warnings
	@RUSTDOCFLAGS='-D warnings' cargo doc --quiet --workspace --no-deps
	$(SAY) 'Rust: licences and sources of dependencies'
	@.scangate/tools/bin/cargo-deny --log-level error check bans licenses sources
	$(SAY) 'openapi/openapi.json is what the service serves'
	@cargo run --quiet -p scan-service -- openapi | diff openapi/openapi.json -
	$(SAY) 'Python: format, lints, types, stubs'
	@.venv/bin/ruff format --quiet --check .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy addon/addon.py addon/scangate_addon
	@.venv/bin/mypy --strict --exclude /_addon/ pyo3-bridge/python
	@$(PYTHON) -m mypy.stubtest scangate._scangate

fuzz:
	@rustup run nightly rustc --version >/dev/null 2>&1 || { \
	   echo 'make fuzz: skipped, the nightly toolchain is missing; cargo test -p scanner --test fuzz drives the same targets'; exit 0; }; \
	command -v cargo-fuzz >/dev/null || cargo install --quiet --locked cargo-fuzz; \
	for target in message edits stream slow; do \
	   cargo +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -max_len=4096 || exit 1; done

bench: $(DONE)/wheel $(DONE)/tests
	$(SAY) 'Engine'
	@$(PYTHON) tests/bench/run.py
	$(SAY) 'Service'
	@cargo bench --quiet -p scan-service
	$(SAY) 'Authority'
	@cargo bench --quiet -p ca-prep
	$(SAY) 'Wheel: one scan in process'
	@$(PYTHON) pyo3-bridge/bench/latency.py
	$(SAY) 'Addon: CPU of mitmproxy per flow'
	@cargo build --quiet --release -p scan-service
	@PYTHONPATH=tests/e2e $(PYTHON) addon/bench/cpu_per_flow.py
	$(SAY) 'Addon: CPU of mitmproxy per WebSocket message'
	@PYTHONPATH=tests/e2e:addon/bench $(PYTHON) addon/bench/cpu_per_message.py

serve: $(TARGET)/release/scan-service
	@$(TARGET)/release/scan-service --listen $(LISTEN) $(if $(POLICY),--policy $(POLICY))

wheel: $(DONE)/venv
	$(SAY) 'building the wheel'
	@.venv/bin/maturin build --quiet --release --manifest-path pyo3-bridge/Cargo.toml --out dist
	@ls dist/*.whl

clean:
	@rm -rf .venv .scangate dist bench-results tests/e2e/node_modules tests/e2e/sdks/node_modules
	@cargo clean --quiet

# --- set-up, once ---

$(DONE)/venv: addon/requirements.txt
	$(SAY) 'making .venv with mitmproxy'
	@mkdir -p $(DONE)
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or later is needed'; exit 1; }
	@python3 -m venv .venv
	@$(PIP) -r $<
	@touch $@

$(DONE)/tests: tests/requirements.txt $(DONE)/venv
	$(SAY) 'installing what tests need'
	@$(PIP) -r $<
	@touch $@

$(DONE)/node: tests/e2e/package-lock.json
	$(SAY) 'installing what the Node client needs'
	@mkdir -p $(DONE)
	@command -v npm >/dev/null || { echo 'Node 20.18 or later with npm is needed'; exit 1; }
	@cd tests/e2e && npm ci --silent --no-audit --no-fund
	@touch $@

$(DONE)/wheel: $(WHEEL_FILES) $(DONE)/venv
	$(SAY) 'building and installing the wheel (minutes the first time)'
	@rm -rf .scangate/wheel
	@.venv/bin/maturin build --quiet --release --manifest-path pyo3-bridge/Cargo.toml --out .scangate/wheel \
	   2>.scangate/wheel.log || { cat .scangate/wheel.log; exit 1; }
	@$(PIP) --no-deps --force-reinstall .scangate/wheel/*.whl
	@touch $@

$(DONE)/peers: scripts/peers
	$(SAY) 'installing the peers of test-full'
	@mkdir -p $(DONE)
	@scripts/peers
	@touch $@

# In an environment of their own: what they need fits mitmproxy's not.
$(DONE)/sdks: tests/e2e/sdks/requirements.txt tests/e2e/sdks/package-lock.json
	$(SAY) 'installing the SDKs of test-full'
	@mkdir -p $(DONE)
	@python3 -m venv .scangate/sdks
	@.scangate/sdks/bin/pip install --quiet --disable-pip-version-check -r $<
	@cd tests/e2e/sdks && npm ci --silent --no-audit --no-fund
	@touch $@

$(DONE)/mitmproxy-12: scripts/mitmproxy-12 $(DONE)/wheel
	$(SAY) 'making a Debian tree with the newest mitmproxy (minutes, once)'
	@scripts/mitmproxy-12 .scangate/mitmproxy-12 .scangate/wheel/*.whl
	@touch $@

$(TARGET)/release/%: $(RUST_FILES)
	$(SAY) 'building $*'
	@cargo build --quiet --release -p $*
	@touch $@

.scangate/tools/bin/cargo-deny:
	$(SAY) 'installing cargo-deny (minutes, once)'
	@if command -v cargo-deny >/dev/null; then mkdir -p $(@D) && ln -s "$$(command -v cargo-deny)" $@; \
	else cargo install --quiet --locked --root .scangate/tools --version 0.20.2 cargo-deny; fi
