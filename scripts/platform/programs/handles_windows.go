package main

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

const queryLimitedInformation = 0x1000

var getProcessHandleCount = syscall.NewLazyDLL("kernel32.dll").NewProc("GetProcessHandleCount")

// handle-count PID
func handleCount(args []string, std streams) error {
	pid, err := strconv.Atoi(strings.Join(args, ""))
	if err != nil {
		return err
	}
	process, err := syscall.OpenProcess(queryLimitedInformation, false, uint32(pid))
	if err != nil {
		return err
	}
	defer syscall.CloseHandle(process)
	var count uint32
	if done, _, err := getProcessHandleCount.Call(uintptr(process), uintptr(unsafe.Pointer(&count))); done == 0 {
		return err
	}
	_, err = fmt.Fprintln(std.out, count)
	return err
}
