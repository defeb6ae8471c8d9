/** How webhooks are reached, for admission and for conversion.
 * @source kubernetes/apiserver pkg/util/webhook/validation.go */
import { invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Subdomain, portNumber } from '../../names.ts';
import { parseUrl } from '../../url.ts';

/** A service in the cluster. */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly path?: string;
  readonly port?: number;
}

/** A URL or a service, and who may have signed its certificate. */
export interface WebhookClientConfig {
  readonly url?: string;
  readonly service?: ServiceReference;
  readonly caBundle?: string;
}

const formText = '; desired format: https://host[/path]';

function validateUrl(url: string, path: string, errors: FieldError[]): void {
  const parsed = parseUrl(url);
  if (!parsed.ok) { errors.push(required(path, `url must be a valid URL: ${parsed.error}${formText}`)); return; }
  const { scheme, host, user, query, fragment } = parsed.value;
  if (scheme !== 'https') errors.push(invalid(path, scheme, `'https' is the only allowed URL scheme${formText}`));
  if (host === '') errors.push(invalid(path, host, `host must be specified${formText}`));
  if (user !== undefined) errors.push(invalid(path, user, 'user information is not permitted in the URL'));
  if (fragment !== '') errors.push(invalid(path, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(invalid(path, query, 'query parameters are not permitted in the URL'));
}

function validateServicePath(text: string, path: string, errors: FieldError[]): void {
  if (text === '' || text === '/') return;
  if (text === '//') { errors.push(invalid(path, text, 'segment[0] may not be empty')); return; }
  if (!text.startsWith('/')) errors.push(invalid(path, text, "must start with a '/'"));
  text.slice(1).replace(/\/$/, '').split('/').forEach((step, i) => {
    if (step === '') errors.push(invalid(path, text, `segment[${i}] may not be empty`));
    else for (const message of dns1123Subdomain(step)) errors.push(invalid(path, text, `segment[${i}]: ${message}`));
  });
}

function validateService(service: ServiceReference, path: string, errors: FieldError[]): void {
  // Upstream's callers hand name and namespace over in each other's place, so that what is said to be missing is what is there.
  if (!service.namespace) errors.push(required(`${path}.name`, 'service name is required'));
  if (!service.name) errors.push(required(`${path}.namespace`, 'service namespace is required'));
  const messages = portNumber(service.port ?? 0);
  if (messages.length > 0) errors.push(invalid(`${path}.port`, service.port ?? 0, `port is not valid: ${messages.join(',')}`));
  if (service.path !== undefined) validateServicePath(service.path, `${path}.path`, errors);
}

/** Exactly one of URL and service, and that one well formed. */
export function validateClientConfig(config: WebhookClientConfig | undefined, path: string, errors: FieldError[]): void {
  const { url, service } = config ?? {};
  if ((url === undefined) === (service === undefined)) errors.push(required(path, 'exactly one of url or service is required'));
  else if (url !== undefined) validateUrl(url, `${path}.url`, errors);
  else if (service !== undefined) validateService(service, `${path}.service`, errors);
}

/** The port of HTTPS. */
const defaultPort = 443;

/** A service is asked at port 443 unless it says otherwise; the same object when it does. */
export function defaultClientConfig<C extends WebhookClientConfig>(config: C): C {
  const { service } = config;
  return service === undefined || service.port !== undefined ? config : { ...config, service: { ...service, port: defaultPort } };
}
