package batch

import "syscall"

// apart keeps a terminal's interrupt from a child, which is ended by the run alone, and ends it should the run be killed.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
