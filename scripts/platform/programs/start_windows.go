package main

import (
	"fmt"
	"syscall"
	"unsafe"
)

var (
	kernel32              = syscall.NewLazyDLL("kernel32.dll")
	getCommandLine        = kernel32.NewProc("GetCommandLineW")
	getConsoleProcessList = kernel32.NewProc("GetConsoleProcessList")
	getConsoleWindow      = kernel32.NewProc("GetConsoleWindow")
)

// command-line ARGUMENT...
//
// Every unit of UTF-16 in hexadecimal: they need not be text.
func commandLine(_ []string, std streams) error {
	line, _, _ := getCommandLine.Call()
	for ; *(*uint16)(unsafe.Pointer(line)) != 0; line += 2 {
		if _, err := fmt.Fprintf(std.out, "%04x ", *(*uint16)(unsafe.Pointer(line))); err != nil {
			return err
		}
	}
	return nil
}

// console
//
// Whether there is one and who has it, whether it has a window, and how the first window of the program is to be shown.
func console(_ []string, std streams) error {
	var process uint32
	processes, _, _ := getConsoleProcessList.Call(uintptr(unsafe.Pointer(&process)), 1)
	whose := []string{"no", "own", "shared"}[min(processes, 2)]
	window, _, _ := getConsoleWindow.Call()
	var start syscall.StartupInfo
	if err := syscall.GetStartupInfo(&start); err != nil {
		return err
	}
	_, err := fmt.Fprintf(std.out, "%s console, window %t, show %d\n", whose, window != 0, start.ShowWindow)
	return err
}
