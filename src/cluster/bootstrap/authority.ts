/**
 * The authority of a simulated cluster (/etc/kubernetes/pki/ca.crt): a real certificate, whose key everybody knows (see `api/x509/signature.ts`).
 *
 * @source kubernetes/kubernetes cmd/kubeadm/app/phases/certs/certlist.go (KubeadmCertRootCA: CN=kubernetes, ten years)
 */
export const simulatedAuthority = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBcjCCARigAwIBAgIBATAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwprdWJlcm5l',
  'dGVzMB4XDTI2MDEwMTAwMDAwMFoXDTM1MTIzMDAwMDAwMFowFTETMBEGA1UEAxMK',
  'a3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGsX0fLhLEJH+Lzm',
  '5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZA',
  'aDe/UfWjWTBXMA4GA1UdDwEB/wQEAwICpDAPBgNVHRMBAf8EBTADAQH/MB0GA1Ud',
  'DgQWBBS0Z6OZnrXvpnHeADLwipyeXv2g4TAVBgNVHREEDjAMggprdWJlcm5ldGVz',
  'MAoGCCqGSM49BAMCA0gAMEUCIDnMFjaMYnv63mj91IFh2y5OgL+9EHi9v2HdR64A',
  '5nycAiEAkO1rWTaUpjzLOX/7SDgGQMOglgI9XC1CyiU3d+YGyLA=',
  '-----END CERTIFICATE-----', '',
].join('\n');

/**
 * The authority of the front proxy (/etc/kubernetes/pki/front-proxy-ca.crt), for whoever passes requests on in the name of others. Nobody has its key.
 *
 * @source kubernetes/kubernetes cmd/kubeadm/app/phases/certs/certlist.go (KubeadmCertFrontProxyCA)
 */
export const frontProxyAuthority = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBkTCCATegAwIBAgIUQwcoYvkO0t0+M4pOUO8w1gSRTh4wCgYIKoZIzj0EAwIw',
  'GTEXMBUGA1UEAwwOZnJvbnQtcHJveHktY2EwHhcNMjYwMTAxMDAwMDAwWhcNMzUx',
  'MjMwMDAwMDAwWjAZMRcwFQYDVQQDDA5mcm9udC1wcm94eS1jYTBZMBMGByqGSM49',
  'AgEGCCqGSM49AwEHA0IABAaU/wHfxsbLVv8MwFc9wqOXbfUHprrY06Zl9IGByYmv',
  'u3Eu9vVr5FoMtqWJJGVGcWw02YThJJ/t2JJsOxMvtPyjXTBbMA4GA1UdDwEB/wQE',
  'AwICpDAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBRS2ppkpAcvz07oSPM+B/3A',
  '+kViKTAZBgNVHREEEjAQgg5mcm9udC1wcm94eS1jYTAKBggqhkjOPQQDAgNIADBF',
  'AiBLHG79iqVUp/b2Hdm/KDRWCL9/SWSPgSvnMckUQD237gIhAKIbCy/HMaf6ubvD',
  'FqUYmGFUBIj+IzihZZjQelKNhw5v',
  '-----END CERTIFICATE-----', '',
].join('\n');
