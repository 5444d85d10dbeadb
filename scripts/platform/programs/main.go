// The programs that the tests start, for a Windows that has none of Unix: a shell, and what it is used with.
// One executable under many names; the shell runs the others itself when it is told to, as busybox does.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

type streams struct {
	in       io.Reader
	out, err io.Writer
}

var programs = map[string]func(args []string, std streams) error{
	"cat":          cat,
	"command-line": commandLine,
	"console":      console,
	"echo":         echo,
	"env":          env,
	"handle-count": handleCount,
	"false":        func([]string, streams) error { return interp.ExitStatus(1) },
	"head":         head,
	"printf":       printf,
	"seq":          seq,
	"sleep":        sleep,
	"sort":         sort,
	"true":         func([]string, streams) error { return nil },
	"yes":          yes,
}

func main() {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(os.Args[0])), ".exe")
	std := streams{os.Stdin, os.Stdout, os.Stderr}
	var err error
	if program, known := programs[name]; known {
		err = program(os.Args[1:], std)
	} else {
		err = shell(os.Args[1:], std)
	}
	var status interp.ExitStatus
	if errors.As(err, &status) {
		os.Exit(int(status))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// sh -c COMMAND [NAME [ARGUMENT...]]
func shell(args []string, std streams) error {
	if len(args) < 2 || args[0] != "-c" {
		return errors.New("expected -c COMMAND")
	}
	command, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(args[1]), "")
	if err != nil {
		return err
	}
	parameters := append([]string{"--"}, args[min(3, len(args)):]...)
	runner, err := interp.New(
		interp.StdIO(os.Stdin, std.out, std.err),
		interp.Params(parameters...),
		interp.ExecHandlers(inThisProcess),
	)
	if err != nil {
		return err
	}
	return runner.Run(context.Background(), command)
}

// As with `exec`: whoever ends the shell ends what it runs.
func inThisProcess(next interp.ExecHandlerFunc) interp.ExecHandlerFunc {
	return func(ctx context.Context, args []string) error {
		program, known := programs[args[0]]
		if !known {
			return next(ctx, args)
		}
		io := interp.HandlerCtx(ctx)
		return program(args[1:], streams{io.Stdin, io.Stdout, io.Stderr})
	}
}

func cat(args []string, std streams) error {
	for _, file := range args {
		if err := copyFile(file, std.out); err != nil {
			return err
		}
	}
	if len(args) > 0 {
		return nil
	}
	_, err := io.Copy(std.out, std.in)
	return err
}

func copyFile(name string, out io.Writer) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(out, file)
	return err
}

func echo(args []string, std streams) error {
	_, err := fmt.Fprintln(std.out, strings.Join(args, " "))
	return err
}

// env -0
func env(_ []string, std streams) error {
	for _, variable := range os.Environ() {
		if _, err := io.WriteString(std.out, variable+"\x00"); err != nil {
			return err
		}
	}
	return nil
}

// head -c COUNT /dev/zero
func head(args []string, std streams) error {
	if len(args) != 3 || args[0] != "-c" || args[2] != "/dev/zero" {
		return errors.New("expected -c COUNT /dev/zero")
	}
	left, err := strconv.Atoi(args[1])
	for zeros := make([]byte, 64<<10); left > 0 && err == nil; left -= len(zeros) {
		_, err = std.out.Write(zeros[:min(left, len(zeros))])
	}
	return err
}

// printf TEXT
func printf(args []string, std streams) error {
	_, err := io.WriteString(std.out, strings.Join(args, " "))
	return err
}

// seq COUNT
func seq(args []string, std streams) error {
	last, err := strconv.Atoi(strings.Join(args, ""))
	out := bufio.NewWriter(std.out)
	for number := 1; number <= last && err == nil; number++ {
		_, err = fmt.Fprintln(out, number)
	}
	return errors.Join(err, out.Flush())
}

func sleep(args []string, _ streams) error {
	seconds, err := strconv.ParseFloat(strings.Join(args, ""), 64)
	time.Sleep(time.Duration(seconds * float64(time.Second)))
	return err
}

func sort(_ []string, std streams) error {
	var lines []string
	for scanner := bufio.NewScanner(std.in); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	slices.Sort(lines)
	_, err := fmt.Fprintln(std.out, strings.Join(lines, "\n"))
	return err
}

func yes(_ []string, std streams) error {
	for {
		if _, err := io.WriteString(std.out, "y\n"); err != nil {
			return err
		}
	}
}
