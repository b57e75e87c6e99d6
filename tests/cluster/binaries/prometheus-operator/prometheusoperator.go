//go:build tools

// Package prometheusoperator names the operator of github.com/prometheus-operator/prometheus-operator/cmd/operator. It is a module of its own, for it is made for other
// versions of Kubernetes' libraries than the cluster.
package prometheusoperator

import _ "github.com/prometheus-operator/prometheus-operator/cmd/operator"
