//go:build linux

package chaos

import (
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// What a fault does. Each is called with the request that it waited for.

// killBefore kills before the request reaches the server.
func killBefore(v victim) func(*fault, *exchange) {
	return func(f *fault, x *exchange) { f.process().kill(v); x.abort() }
}

// killHalf kills while the request is on its way: the server gets half of it.
func killHalf(v victim) func(*fault, *exchange) {
	return func(f *fault, x *exchange) { x.forwardHalf(); f.process().kill(v); x.abort() }
}

// killAfter kills when the server has done what was asked, before the program learns of it.
func killAfter(v victim) func(*fault, *exchange) {
	return func(f *fault, x *exchange) { x.forward(); f.process().kill(v); x.abort() }
}

// killSoon answers and kills a moment later: within what the program does next.
func killSoon(v victim, after time.Duration) func(*fault, *exchange) {
	return func(f *fault, x *exchange) { x.pass(); time.Sleep(after); f.process().kill(v) }
}

// pause lets the server do what was asked and stops the program before the answer reaches it.
func pause(stopped chan<- struct{}) func(*fault, *exchange) {
	return func(f *fault, x *exchange) {
		a := x.forward()
		f.process().signal(syscall.SIGSTOP)
		x.reply(a)
		close(stopped)
	}
}

// delay stops the program when the request is on its way, and lets it arrive only when release is closed.
func delay(stopped chan<- struct{}, release <-chan struct{}) func(*fault, *exchange) {
	return func(f *fault, x *exchange) {
		f.process().signal(syscall.SIGSTOP)
		close(stopped)
		<-release
		x.pass()
	}
}

func cutBefore(_ *fault, x *exchange) { x.abort() }

func cutHalf(_ *fault, x *exchange) { x.forwardHalf(); x.abort() }

func cutAfter(_ *fault, x *exchange) { x.forward(); x.abort() }

func halfAnswer(_ *fault, x *exchange) { x.replyHalf(x.forward()) }

func slow(_ *fault, x *exchange) {
	time.Sleep(700 * time.Millisecond)
	x.trickle(x.forward(), 70*time.Millisecond)
}

// s3Error answers in the server's place.
func s3Error(status int, code string) func(*fault, *exchange) {
	return func(_ *fault, x *exchange) { x.reply(s3Answer(status, code)) }
}

// s3ErrorAfter does what was asked and claims that it failed.
func s3ErrorAfter(status int, code string) func(*fault, *exchange) {
	return func(_ *fault, x *exchange) { x.forward(); x.reply(s3Answer(status, code)) }
}

func s3Answer(status int, code string) answer {
	body := `<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>injected</Message></Error>`
	return answer{status, http.Header{"Content-Type": {"application/xml"}}, []byte(body)}
}

// engineError answers with an exception of the engine.
func engineError(code int, name string) func(*fault, *exchange) {
	return func(_ *fault, x *exchange) { x.reply(exception(http.StatusInternalServerError, code, name)) }
}

// engineErrorAfter does what was asked and claims that it failed.
func engineErrorAfter(code int, name string) func(*fault, *exchange) {
	return func(_ *fault, x *exchange) {
		x.forward()
		x.reply(exception(http.StatusInternalServerError, code, name))
	}
}

// lie says 200 and does nothing.
func lie(_ *fault, x *exchange) { x.reply(answer{status: http.StatusOK}) }

// failLate says 200 and only then what went wrong, as HTTP can.
func failLate(_ *fault, x *exchange) { x.reply(exception(http.StatusOK, 241, "MEMORY_LIMIT_EXCEEDED")) }

func exception(status, code int, name string) answer {
	h := http.Header{"Content-Type": {"text/plain; charset=UTF-8"}}
	if status != http.StatusOK {
		h.Set("X-ClickHouse-Exception-Code", strconv.Itoa(code))
	}
	return answer{status, h, []byte("Code: " + strconv.Itoa(code) + ". DB::Exception: injected. (" + name + ") (version 26.7.2.1)\n")}
}

// slowAll is slow enough to be felt over hundreds of requests.
func slowAll(_ *fault, x *exchange) {
	time.Sleep(20 * time.Millisecond)
	x.trickle(x.forward(), 2*time.Millisecond)
}
