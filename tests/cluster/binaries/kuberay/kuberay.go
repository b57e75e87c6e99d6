//go:build tools

// Package kuberay names the operator of KubeRay. It is a module of its own, for it is made for other
// versions of Kubernetes' libraries than the cluster.
package kuberay

import _ "github.com/ray-project/kuberay/ray-operator"
