//! The token endpoints, v1 and v2, with the errors of Entra ID in the order in which it finds them: tenant, client, secret.

use crate::access::Access;
use crate::errors::Reply;
use crate::scenario::Switches;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

/// Answers a token request. `path` decides between v1 and v2.
pub(super) fn token(
    access: &mut Access,
    switches: &Switches,
    tenant: &str,
    path: &str,
    body: &[u8],
) -> Reply {
    let form = Form(url::form_urlencoded::parse(body).into_owned().collect());
    let is_v2 = path.to_ascii_lowercase().contains("/v2.0/");
    match check(access, switches, tenant, &form, is_v2) {
        Ok(audience) => grant(access, &audience, is_v2),
        Err(refusal) => refusal,
    }
}

fn grant(access: &mut Access, audience: &str, is_v2: bool) -> Reply {
    let token = access.issue(audience);
    let seconds = access.lifetime.as_secs();
    if is_v2 {
        return Reply::new(
            200,
            json!({ "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token }),
        );
    }
    let now = Timestamp::now().as_second();
    let ends = now.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX));
    Reply::new(
        200,
        json!({
            "token_type": "Bearer", "expires_in": seconds.to_string(), "ext_expires_in": seconds.to_string(),
            "expires_on": ends.to_string(), "not_before": (now - 300).to_string(), "resource": audience, "access_token": token
        }),
    )
}

/// The audience that the token will be good for.
fn check(
    access: &Access,
    switches: &Switches,
    tenant: &str,
    form: &Form,
    is_v2: bool,
) -> Result<String, Reply> {
    if !is_tenant(tenant) {
        let text = format!(
            "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."
        );
        return Err(refuse(900_023, &text));
    }
    if !access
        .tenants
        .iter()
        .any(|known| known.eq_ignore_ascii_case(tenant))
    {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        );
        return Err(refuse(90_002, &text));
    }
    match form.get("grant_type") {
        None => return Err(missing("grant_type")),
        Some("client_credentials") => {}
        Some(other) => {
            return Err(refuse(
                70_003,
                &format!("The app requested an unsupported grant type '{other}'."),
            ));
        }
    }
    let audience = audience(form, is_v2)?;
    let client = form.get("client_id").ok_or_else(|| missing("client_id"))?;
    if !client.eq_ignore_ascii_case(&access.client_id) {
        let text = format!(
            "Application with identifier '{client}' was not found in the directory '{tenant}'."
        );
        return Err(refuse(700_016, &text));
    }
    check_credential(access, switches, form, client)?;
    Ok(audience)
}

fn audience(form: &Form, is_v2: bool) -> Result<String, Reply> {
    if !is_v2 {
        // Without a resource the real endpoint gives a token for another API.
        return Ok(form
            .get("resource")
            .unwrap_or("00000002-0000-0000-c000-000000000000")
            .to_owned());
    }
    if form.get("resource").is_some() {
        return Err(refuse(
            901_002,
            "The 'resource' request parameter is not supported.",
        ));
    }
    let scope = form.get("scope").ok_or_else(|| missing("scope"))?;
    let audience = scope.strip_suffix("/.default").ok_or_else(|| {
        refuse(70_011, &format!("The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."))
    })?;
    Ok(audience.to_owned())
}

fn check_credential(
    access: &Access,
    switches: &Switches,
    form: &Form,
    client: &str,
) -> Result<(), Reply> {
    if let Some(assertion) = form.get("client_assertion") {
        let is_jwt =
            assertion.split('.').count() == 3 && assertion.split('.').all(|part| !part.is_empty());
        let is_typed = form.get("client_assertion_type")
            == Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        if is_jwt && is_typed && !switches.no_federation {
            return Ok(());
        }
        return Err(refuse(
            700_027,
            "Client assertion failed signature validation.",
        ));
    }
    let Some(secret) = form.get("client_secret") else {
        return Err(refuse(
            7_000_216,
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        ));
    };
    if secret != access.client_secret {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'."
        );
        return Err(refuse(7_000_215, &text));
    }
    if switches.secret_expired {
        let text = format!("The provided client secret keys for app '{client}' are expired.");
        return Err(refuse(7_000_222, &text));
    }
    Ok(())
}

/// A GUID or a domain name.
fn is_tenant(tenant: &str) -> bool {
    let is_domain = tenant.contains('.')
        && tenant
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    is_domain || Uuid::try_parse(tenant).is_ok()
}

fn missing(parameter: &str) -> Reply {
    refuse(
        900_144,
        &format!("The request body must contain the following parameter: '{parameter}'."),
    )
}

fn refuse(code: u32, text: &str) -> Reply {
    let (status, error) = match code {
        7_000_215 | 7_000_216 | 7_000_222 | 700_027 => (401, "invalid_client"),
        700_016 => (400, "unauthorized_client"),
        70_003 => (400, "unsupported_grant_type"),
        70_011 => (400, "invalid_scope"),
        _ => (400, "invalid_request"),
    };
    let (trace, correlation) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
    let time = Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    Reply::new(
        status,
        json!({
            "error": error,
            "error_description": format!("AADSTS{code}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {time}"),
            "error_codes": [code], "timestamp": time, "trace_id": trace, "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}")
        }),
    )
}
