//go:build tools

// Package argorollouts names Argo Rollouts' controller and its kubectl plugin. It is a module of its
// own, for it is made for other versions of Kubernetes' libraries than the cluster.
package argorollouts

import (
	_ "github.com/argoproj/argo-rollouts/cmd/kubectl-argo-rollouts"
	_ "github.com/argoproj/argo-rollouts/cmd/rollouts-controller"
)
