package domain

// The kinds of objects that give rights.
const (
	KindUserGroup     Kind = "user group"
	KindMembership    Kind = "membership"
	KindPolicy        Kind = "policy"
	KindPolicyVersion Kind = "policy version"
	KindPolicyLink    Kind = "policy link"
	KindInlinePolicy  Kind = "inline policy"
	KindAccessRule    Kind = "API access rule"
	KindCA            Kind = "certificate authority"
	KindAccessPolicy  Kind = "API access policy"
)
