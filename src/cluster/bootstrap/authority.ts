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
