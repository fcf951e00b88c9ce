package lessons

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"sync"
)

// Form is what a parameter's values look like.
type Form string

// The forms. A parameter without one has the same value for everybody.
const (
	// HostName is a word that will do as a host name, a user's, a file's (hostname(7)): "coral-lantern-427".
	HostName Form = "host name"
	// DomainName is the same with a dot in it, below test (RFC 6761): "coral-427.test".
	DomainName Form = "domain name"
	// Address is an IPv4 address in a private network (RFC 1918); the addresses of one lesson are in one /24 and
	// all different.
	Address Form = "IPv4 address"
	// Number is a whole number between Min and Max, Min and some times Step.
	Number Form = "number"
)

// Kind says which values a parameter may have.
type Kind struct {
	Form           Form
	Min, Max, Step int
}

var hostForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$`) })

var domainForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?\.test$`) })

// Valid says what is wrong with a value of that kind; nil for nothing. Without a form, any value is good.
func (k Kind) Valid(value string) error {
	ok := true
	switch k.Form {
	case "":
	case HostName:
		ok = hostForm().MatchString(value)
	case DomainName:
		ok = domainForm().MatchString(value)
	case Address:
		a, err := netip.ParseAddr(value)
		ok = err == nil && a.Is4() && a.IsPrivate()
	case Number:
		n, err := strconv.Atoi(value)
		ok = err == nil && strconv.Itoa(n) == value && n >= k.Min && n <= k.Max && (n-k.Min)%max(k.Step, 1) == 0
	default:
		return fmt.Errorf("there is no form %q of parameters", k.Form)
	}
	if !ok {
		return fmt.Errorf("%q is no %s as asked for", value, k.Form)
	}
	return nil
}

// Variables returns what scripts may ask for: the parameters, and for each that is an IPv4 address, as NAME-net, the /24
// network that it is in.
func Variables(params map[string]string) map[string]string {
	all := map[string]string{}
	for name, value := range params {
		all[name] = value
		if a, err := netip.ParseAddr(value); err == nil && a.Is4() {
			all[name+"-net"] = netip.PrefixFrom(a, 24).Masked().Addr().String()
		}
	}
	return all
}
