package batch

import "syscall"

// apart keeps a console's interrupt from a child, which is ended by the run alone.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
