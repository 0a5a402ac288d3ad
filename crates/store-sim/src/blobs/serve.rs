//! The blob calls over HTTP: who may, how large, which checksum, and what comes back.
//! Knows no submission; the state of a blob is `blob.rs`'s.

use super::answer::{Answer, finish, http_date, stream};
use super::blob::{Blob, Conditions, Discarded, Properties};
use super::block_list;
use super::body_headers::{BodyHeaders, is_version, limits, text};
use super::content::{BlobFile, Piece};
use super::receive::{self, BodyError, Checksums};
use super::refusal::Refusal;
use super::sas::{self, Denied, Query};
use super::store::{Blobs, Shared};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::Timestamp;
use std::sync::Arc;

/// A list of 50,000 blocks with the longest ids is 6 MB.
const LIST_LIMIT: u64 = 16 << 20;
/// A refused body is read up to here before the answer goes out.
const DRAIN_LIMIT: u64 = 512 << 20;

/// A request that was let in.
struct Call<'r> {
    shared: &'r Shared,
    blob: Arc<Blob>,
    headers: &'r HeaderMap,
    query: &'r Query,
    version: &'r str,
    rights: &'r str,
}

impl Blobs {
    /// Serves `/ingestion/{blob}`, and refuses the container.
    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/ingestion", any(container))
            .route("/ingestion/", any(container))
            .route("/ingestion/{*blob}", any(one))
            .layer(DefaultBodyLimit::disable())
            .with_state(self.clone())
    }
}

/// An upload URL opens its blob only, not the container around it.
async fn container(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    receive::drain(body, DRAIN_LIMIT).await;
    let refusal = match query.get("sig") {
        None => denied(Denied::Anonymous),
        Some(_) => authentication_failed().with(
            "AuthenticationErrorDetail",
            "The specified signed resource is not allowed for the this resource level",
        ),
    };
    let version = served_by(&parts.headers, &query);
    finish(Err(refusal), &parts.method, &parts.headers, version)
}

/// The service version of a request: its own, or that of its signature.
fn served_by<'r>(headers: &'r HeaderMap, query: &'r Query) -> &'r str {
    text(headers, "x-ms-version")
        .or_else(|| query.get("sv"))
        .unwrap_or(sas::OLD_VERSION)
}

async fn one(State(blobs): State<Blobs>, Path(path): Path<String>, request: Request) -> Response {
    // The Azure SDK for Python takes the first segment on a loopback host for the account, as its emulator has it, and
    // asks for the container once more.
    let name = path.strip_prefix("ingestion/").unwrap_or(&path);
    let (parts, body) = request.into_parts();
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let version = served_by(&parts.headers, &query);
    let mut body = Some(body);
    let answer = match admit(&blobs.shared, name, &parts.headers, &query, version) {
        Ok(call) => call.answer(&parts.method, &mut body).await,
        Err(refusal) => Err(refusal),
    };
    if let Some(body) = body {
        // A client that asked first ("Expect: 100-continue") sends nothing after a refusal.
        if !parts.headers.contains_key(header::EXPECT) {
            receive::drain(body, DRAIN_LIMIT).await;
        }
    }
    finish(answer, &parts.method, &parts.headers, version)
}

fn admit<'r>(
    shared: &'r Shared,
    name: &str,
    headers: &'r HeaderMap,
    query: &'r Query,
    version: &'r str,
) -> Result<Call<'r>, Refusal> {
    if text(headers, "x-ms-version").is_some_and(|asked| !is_version(asked)) {
        return Err(Refusal::header("x-ms-version", version));
    }
    // The signature is the only way in; a token beside it is what a client sends that mixes up the two hosts.
    if headers.contains_key(header::AUTHORIZATION) {
        return Err(Refusal::bad_request(
            "InvalidAuthenticationInfo",
            "Authentication information is not given in the correct format. Check the value of Authorization header.",
        ));
    }
    let rights = shared.key.check(name, query).map_err(denied)?;
    let blob = shared.blob(name).ok_or_else(Refusal::not_found)?;
    if blob.is_expired() {
        let now = Timestamp::now();
        let end = query.end().map_or(now, |end| end.min(now));
        return Err(denied(Denied::Time { start: None, end }));
    }
    Ok(Call {
        shared,
        blob,
        headers,
        query,
        version,
        rights,
    })
}

fn authentication_failed() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
    )
}

fn denied(denied: Denied) -> Refusal {
    let now = Timestamp::now();
    let detail = match denied {
        Denied::Anonymous => {
            return Refusal::new(
                StatusCode::UNAUTHORIZED,
                "NoAuthenticationInformation",
                "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
            );
        }
        Denied::Signature { string_to_sign } => {
            format!("Signature did not match. String to sign used was {string_to_sign}")
        }
        // A URL without a beginning begins when it is used.
        Denied::Time { start: None, end } => format!(
            "Signed expiry time [{}] has to be after signed start time [{}]",
            http_date(end),
            http_date(now)
        ),
        Denied::Time {
            start: Some(start),
            end,
        } => format!(
            "Signature not valid in the specified time frame: Start [{}] - Expiry [{}] - Current [{}]",
            http_date(start),
            http_date(end),
            http_date(now)
        ),
    };
    authentication_failed().with("AuthenticationErrorDetail", detail)
}

impl Call<'_> {
    /// Takes the body out of `body` when it reads it.
    async fn answer(&self, method: &Method, body: &mut Option<Body>) -> Result<Answer, Refusal> {
        let comp = self.query.get("comp").unwrap_or_default();
        match (method.as_str(), comp) {
            ("PUT", "") => self.put_blob(body).await,
            ("PUT", "block") => self.put_block(body).await,
            ("PUT", "blocklist") => self.put_block_list(body).await,
            ("GET", "blocklist") => self.block_list(),
            ("GET" | "HEAD", "") => self.get(method == Method::HEAD),
            ("DELETE", "") => Err(self.need("d").err().unwrap_or_else(Refusal::internal)),
            ("PUT" | "GET" | "HEAD", comp) => Err(Refusal::parameter(
                "comp",
                comp,
                "Not supported for this blob.",
            )),
            _ => Err(Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "UnsupportedHttpVerb",
                "The resource doesn't support specified Http Verb.",
            )),
        }
    }

    async fn put_blob(&self, body: &mut Option<Body>) -> Result<Answer, Refusal> {
        self.need("w")?;
        match text(self.headers, "x-ms-blob-type") {
            Some("BlockBlob") => {}
            Some(other) => return Err(Refusal::header("x-ms-blob-type", other)),
            None => return Err(Refusal::missing_header("x-ms-blob-type")),
        }
        let conditions = self.conditions();
        self.blob.allows(&conditions)?;
        let announced = self.announced(limits(self.version).0)?;
        let (piece, sums) = self.receive(body, &announced, true).await?;
        let mut properties = self.properties();
        // The service sums up what comes in one piece, and keeps the hash with the blob.
        properties.md5 = properties
            .md5
            .or(sums.md5.map(|md5| BASE64_STANDARD.encode(md5)));
        let (committed, leftover) = self.blob.replace(piece, properties, &conditions)?;
        discard(leftover);
        Ok(Answer::new(StatusCode::CREATED)
            .of(&committed)
            .written(&sums, self.version, true))
    }

    async fn put_block(&self, body: &mut Option<Body>) -> Result<Answer, Refusal> {
        self.need("w")?;
        let id = self.block_id()?;
        let announced = self.announced(limits(self.version).1)?;
        if announced.length == 0 {
            return Err(Refusal::header("Content-Length", "0"));
        }
        self.blob.accepts(id)?;
        let (piece, sums) = self
            .receive(body, &announced, self.needs_md5(&announced))
            .await?;
        discard(self.blob.stage(id.to_owned(), piece)?);
        Ok(Answer::new(StatusCode::CREATED).written(&sums, self.version, false))
    }

    async fn put_block_list(&self, body: &mut Option<Body>) -> Result<Answer, Refusal> {
        self.need("w")?;
        let announced = self.announced(LIST_LIMIT)?;
        let taken = body.take().unwrap_or_default();
        let (bytes, sums) = receive::to_memory(
            taken,
            announced.length,
            self.needs_md5(&announced),
            &self.shared.received,
        )
        .await
        .map_err(broken)?;
        announced.compare(&sums)?;
        let list = String::from_utf8(bytes)
            .ok()
            .and_then(|body| block_list::parse(&body))
            .ok_or_else(|| {
                Refusal::bad_request(
                    "InvalidXmlDocument",
                    "XML specified is not syntactically valid.",
                )
            })?;
        let (committed, leftover) =
            self.blob
                .commit(&list, self.properties(), &self.conditions())?;
        discard(leftover);
        Ok(Answer::new(StatusCode::CREATED)
            .of(&committed)
            .written(&sums, self.version, false))
    }

    fn block_list(&self) -> Result<Answer, Refusal> {
        self.need("r")?;
        let kind = self.query.get("blocklisttype").unwrap_or("committed");
        let (with_committed, with_staged) = match kind.to_ascii_lowercase().as_str() {
            "committed" => (true, false),
            "uncommitted" => (false, true),
            "all" => (true, true),
            _ => {
                return Err(Refusal::parameter(
                    "blocklisttype",
                    kind,
                    "Invalid block list type.",
                ));
            }
        };
        let (blocks, staged) = self.blob.blocks()?;
        let body = block_list::render(
            with_committed.then_some(blocks.as_slice()),
            with_staged.then_some(staged.as_slice()),
        );
        let committed = self.blob.committed();
        let length = committed
            .as_ref()
            .map_or(0, |committed| committed.content.length());
        let mut answer = Answer::new(StatusCode::OK)
            .with("content-type", "application/xml")
            .with("x-ms-blob-content-length", &length.to_string());
        if let Some(committed) = &committed {
            answer = answer.of(committed);
        }
        answer.body = Body::from(body);
        Ok(answer)
    }

    fn get(&self, is_head: bool) -> Result<Answer, Refusal> {
        self.need("r")?;
        let committed = self.blob.committed().ok_or_else(Refusal::not_found)?;
        if !self.conditions().allow_read(&committed)? {
            return Ok(Answer::new(StatusCode::NOT_MODIFIED).of(&committed));
        }
        let whole = committed.content.length();
        let asked = text(self.headers, "x-ms-range").or_else(|| text(self.headers, "range"));
        // Get Blob Properties knows no ranges.
        let range = asked
            .filter(|_| !is_head)
            .and_then(|range| parse_range(range, whole));
        let (start, length) = range.unwrap_or((0, whole));
        let mut answer = Answer::new(StatusCode::OK)
            .of(&committed)
            .properties(&committed);
        if range.is_some() {
            if start >= whole {
                return Err(Refusal::range(whole));
            }
            answer.status = StatusCode::PARTIAL_CONTENT;
            let last = (start + length).saturating_sub(1);
            answer = answer.with("content-range", &format!("bytes {start}-{last}/{whole}"));
        }
        answer = answer.with("content-length", &length.to_string());
        if is_head {
            answer = answer
                .with("x-ms-access-tier", "Hot")
                .with("x-ms-access-tier-inferred", "true");
        } else {
            answer.body = stream(BlobFile::new(Arc::clone(&committed.content)), start, length);
        }
        Ok(answer)
    }

    /// Refused unless the signature grants the right.
    fn need(&self, right: &str) -> Result<(), Refusal> {
        // Who may create may also write what does not exist yet.
        let creates = right == "w" && self.rights.contains('c') && self.blob.committed().is_none();
        if self.rights.contains(right) || creates {
            return Ok(());
        }
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "AuthorizationPermissionMismatch",
            "This request is not authorized to perform this operation using this permission.",
        ))
    }

    fn block_id(&self) -> Result<&str, Refusal> {
        let id = self.query.get("blockid").unwrap_or_default();
        if id.is_empty() {
            return Err(Refusal::bad_request(
                "MissingRequiredQueryParameter",
                "A query parameter that's mandatory for this request is not specified.",
            )
            .with("QueryParameterName", "blockid"));
        }
        match BASE64_STANDARD.decode(id) {
            Ok(bytes) if bytes.len() <= 64 => Ok(id),
            Ok(_) => Err(Refusal::parameter("blockid", id, "Longer than 64 bytes.")),
            Err(_) => Err(Refusal::parameter(
                "blockid",
                id,
                "Not a valid base64 string.",
            )),
        }
    }

    fn announced(&self, limit: u64) -> Result<BodyHeaders, Refusal> {
        BodyHeaders::read(self.headers, self.version, limit)
    }

    async fn receive(
        &self,
        body: &mut Option<Body>,
        announced: &BodyHeaders,
        with_md5: bool,
    ) -> Result<(Piece, Checksums), Refusal> {
        let body = body.take().unwrap_or_default();
        let Shared {
            spool, received, ..
        } = self.shared;
        let (piece, sums) = receive::to_piece(body, announced.length, with_md5, spool, received)
            .await
            .map_err(broken)?;
        announced.compare(&sums)?;
        Ok((piece, sums))
    }

    /// Old versions always answer with the MD5.
    fn needs_md5(&self, announced: &BodyHeaders) -> bool {
        announced.md5.is_some() || self.version < "2019-02-02"
    }

    fn properties(&self) -> Properties {
        let own = |name| text(self.headers, name).map(str::to_owned);
        let metadata = self
            .headers
            .iter()
            .filter(|(name, _)| name.as_str().starts_with("x-ms-meta-"))
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let is_list = self.query.get("comp") == Some("blocklist");
        Properties {
            // The Content-Type of a block list is that of the XML.
            content_type: own("x-ms-blob-content-type")
                .or_else(|| own("content-type").filter(|_| !is_list))
                .unwrap_or_else(|| "application/octet-stream".to_owned()),
            md5: own("x-ms-blob-content-md5"),
            metadata: metadata.collect(),
        }
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            matches: text(self.headers, "if-match").map(str::to_owned),
            none_matches: text(self.headers, "if-none-match").map(str::to_owned),
        }
    }
}

fn broken(broken: BodyError) -> Refusal {
    match broken {
        BodyError::Cut => Refusal::bad_request(
            "InvalidInput",
            "One of the request inputs is not valid: the body is not as long as Content-Length says.",
        ),
        BodyError::Disk(error) => {
            tracing::error!("cannot keep an upload: {error}");
            Refusal::internal()
        }
    }
}

/// `bytes=a-b` or `bytes=a-` as start and length. `None`: not a range, to be ignored.
fn parse_range(range: &str, whole: u64) -> Option<(u64, u64)> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let first: u64 = first.parse().ok()?;
    let last = match last {
        "" => u64::MAX,
        last => last.parse().ok()?,
    };
    if last < first {
        return None;
    }
    let end = last.saturating_add(1).min(whole);
    Some((first, end.saturating_sub(first)))
}

/// Removes up to 50,000 files, so not on an async thread.
fn discard(leftover: Discarded) {
    drop(tokio::task::spawn_blocking(move || drop(leftover)));
}
