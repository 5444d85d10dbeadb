package main

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

const (
	systemExtendedHandleInformation = 64
	statusInfoLengthMismatch        = 0xc0000004
)

// SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX
type handleEntry struct {
	object, process, handle uintptr
	access                  uint32
	backTrace, kind         uint16
	attributes, reserved    uint32
}

var ntQuerySystemInformation = syscall.NewLazyDLL("ntdll.dll").NewProc("NtQuerySystemInformation")

// handle-count PID
//
// From the list of all handles: GetProcessHandleCount says 0 under Wine.
func handleCount(args []string, std streams) error {
	pid, err := strconv.Atoi(strings.Join(args, ""))
	if err != nil {
		return err
	}
	list := make([]uintptr, 1<<17)
	for {
		size := len(list) * int(unsafe.Sizeof(list[0]))
		status, _, _ := ntQuerySystemInformation.Call(
			systemExtendedHandleInformation, uintptr(unsafe.Pointer(&list[0])), uintptr(size), 0)
		if status == 0 {
			break
		}
		if status != statusInfoLengthMismatch {
			return fmt.Errorf("NtQuerySystemInformation: %x", status)
		}
		list = make([]uintptr, 2*len(list))
	}
	// The number of entries, a word that is reserved, and the entries.
	count := 0
	for _, entry := range unsafe.Slice((*handleEntry)(unsafe.Pointer(&list[2])), list[0]) {
		if entry.process == uintptr(pid) {
			count++
		}
	}
	_, err = fmt.Fprintln(std.out, count)
	return err
}
