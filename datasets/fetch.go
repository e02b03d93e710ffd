package datasets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// FetchOptions say how to get a file. The zero value is the default.
type FetchOptions struct {
	// Dir is the folder for data sets; the file goes into its folder <id>. Empty means $REGIME_DATA, or
	// regime in the user's cache folder.
	Dir string
	// Progress, if not nil, is told the bytes that are there, of how many.
	Progress func(done, total int64)
	// Client makes the requests; nil means http.DefaultClient.
	Client *http.Client
	// Attempts is how often a transfer that breaks off is resumed before Fetch gives up; 0 means 5.
	Attempts int
	// Pause is the time before the second attempt, which doubles for each further one; 0 means 1 s.
	Pause time.Duration
	// Stall is how long a transfer may stand still before it counts as broken; 0 means 60 s.
	Stall time.Duration
}

func (o FetchOptions) withDefaults() FetchOptions {
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	if o.Attempts == 0 {
		o.Attempts = 5
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	if o.Stall == 0 {
		o.Stall = time.Minute
	}
	return o
}

// Fetch gets a data set's file from where it was published, and returns its path. A file that is there
// and the published one is not fetched again; another one in its place is an error and stays.
//
// Bytes go into <name>.part beside the target, which takes its name when it is complete and its SHA-256 is
// right. A transfer that breaks off, now or in an earlier run, is resumed where it stopped if the
// server can tell that its file is still the same (If-Range with its ETag or date), and otherwise begins anew. No
// more is taken than the published size. One Fetch of a data set may run at a time.
//
// Errors: ErrChecksum if the complete file is another one (it is removed); a status of the server that
// promises nothing (404, …) at once; what else went wrong after the last attempt.
func Fetch(ctx context.Context, d *Dataset, o FetchOptions) (string, error) {
	if !d.File.Known() {
		return "", fmt.Errorf("datasets: %s: %w, so that its file is not fetched; get %s by hand from %s", d.ID, ErrUnknownHash, d.File.Name, d.Home)
	}
	dirs, err := folders(d.ID)
	if err != nil && o.Dir == "" {
		return "", err
	}
	dir := filepath.Join(o.Dir, d.ID)
	if o.Dir == "" {
		dir = dirs[0]
	}
	path := filepath.Join(dir, d.File.Name)
	if _, err := os.Stat(path); err == nil {
		return path, Verify(d, path)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("datasets: %w", err)
	}
	t := &transfer{FetchOptions: o.withDefaults(), file: d.File, path: path}
	if err := t.run(ctx); err != nil {
		return "", fmt.Errorf("datasets: %s: %w", d.ID, err)
	}
	return path, nil
}

// A transfer is a file on its way.
type transfer struct {
	FetchOptions
	file File
	path string
}

func (t *transfer) part() string { return t.path + ".part" }

// tag is the file with what the server identifies its version by.
func (t *transfer) tag() string { return t.path + ".part.tag" }

// final is an error that another attempt would only repeat.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

func (t *transfer) run(ctx context.Context) error {
	pause := t.Pause
	for attempt := 1; ; attempt++ {
		err := t.attempt(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || errors.As(err, new(final)) || attempt == t.Attempts {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		pause *= 2
	}
}

// attempt gets what is missing of the part and, when it is complete, checks and renames it.
func (t *transfer) attempt(ctx context.Context) error {
	f, err := os.OpenFile(t.part(), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return final{err}
	}
	defer f.Close()
	sum := sha256.New()
	if err := t.receive(ctx, f, sum); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != t.file.SHA256 {
		return errors.Join(final{fmt.Errorf("%w: what %s sent has %s, published was %s", ErrChecksum, t.file.URL, got, t.file.SHA256)},
			f.Close(), t.discard())
	}
	if err := errors.Join(f.Sync(), f.Close(), os.Rename(t.part(), t.path)); err != nil {
		return final{err}
	}
	return removed(t.tag())
}

// discard removes what was received.
func (t *transfer) discard() error { return errors.Join(removed(t.part()), removed(t.tag())) }

// removed removes a file that may be there.
func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// receive completes the part f and leaves its hash in sum.
func (t *transfer) receive(ctx context.Context, f *os.File, sum hash.Hash) error {
	have, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	tag := t.readTag()
	if have == t.file.Size {
		return nil
	}
	if have > t.file.Size || tag == "" {
		have = 0
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(t.Stall, func() { cancel(fmt.Errorf("nothing came for %v", t.Stall)) })
	defer stall.Stop()
	response, err := t.request(ctx, have, tag)
	if err != nil {
		return cause(ctx, err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK { // the whole file, whatever was asked for
		have = 0
	}
	if have == 0 {
		sum.Reset()
		if err := t.restart(f, response); err != nil {
			return err
		}
	}
	body := &watched{Reader: response.Body, t: t, done: have, alive: func() { stall.Reset(t.Stall) }}
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(body, t.file.Size-have+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s: after %d of %d bytes: %w", t.file.URL, have+n, t.file.Size, cause(ctx, err))
	case have+n > t.file.Size:
		return errors.Join(final{fmt.Errorf("%w: %s sends more than the published %d bytes", ErrChecksum, t.file.URL, t.file.Size)}, t.discard())
	case have+n < t.file.Size && response.ContentLength >= 0:
		return errors.Join(final{fmt.Errorf("%w: %s has %d bytes, published were %d", ErrChecksum, t.file.URL, have+n, t.file.Size)}, t.discard())
	case have+n < t.file.Size:
		return fmt.Errorf("%s: after %d of %d bytes: %w", t.file.URL, have+n, t.file.Size, io.ErrUnexpectedEOF)
	}
	return nil
}

// request asks for the file from byte number from, and returns an answer that has it.
func (t *transfer) request(ctx context.Context, from int64, tag string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, t.file.URL, nil)
	if err != nil {
		return nil, final{err}
	}
	request.Header.Set("Accept-Encoding", "identity") // the bytes as published
	if from > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
		request.Header.Set("If-Range", tag)
	}
	response, err := t.Client.Do(request)
	if err != nil {
		return nil, err
	}
	if err := t.judge(response, from); err != nil {
		return nil, errors.Join(err, response.Body.Close())
	}
	return response, nil
}

// judge returns an error for an answer that has not the bytes asked for.
func (t *transfer) judge(response *http.Response, from int64) error {
	switch code := response.StatusCode; {
	case code == http.StatusOK:
		return nil
	case code == http.StatusPartialContent && from > 0:
		if want := fmt.Sprintf("bytes %d-", from); !strings.HasPrefix(response.Header.Get("Content-Range"), want) {
			return errors.Join(fmt.Errorf("%s: Content-Range is %q, asked was for %s", t.file.URL, response.Header.Get("Content-Range"), want), t.discard())
		}
		return nil
	case code == http.StatusRequestedRangeNotSatisfiable: // the file there is shorter now
		return errors.Join(fmt.Errorf("%s: %s", t.file.URL, response.Status), t.discard())
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout:
		return fmt.Errorf("%s: %s", t.file.URL, response.Status)
	}
	return final{fmt.Errorf("%s: %s", t.file.URL, response.Status)}
}

// restart empties the part and notes which version of the file begins to come.
func (t *transfer) restart(f *os.File, response *http.Response) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	tag := response.Header.Get("ETag")
	if strings.HasPrefix(tag, "W/") { // a weak one does not promise the same bytes
		tag = ""
	}
	if tag == "" {
		tag = response.Header.Get("Last-Modified")
	}
	if tag == "" {
		return removed(t.tag())
	}
	return os.WriteFile(t.tag(), []byte(t.file.URL+"\n"+tag), 0o666)
}

// readTag returns the version of which the part is, or nothing.
func (t *transfer) readTag() string {
	text, err := os.ReadFile(t.tag())
	if err != nil {
		return ""
	}
	url, tag, _ := strings.Cut(string(text), "\n")
	if url != t.file.URL || strings.ContainsAny(tag, "\r\n") {
		return ""
	}
	return tag
}

// watched tells of what comes.
type watched struct {
	io.Reader
	t     *transfer
	done  int64
	alive func()
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	if n > 0 {
		w.alive()
		w.done += int64(n)
		if w.t.Progress != nil {
			w.t.Progress(w.done, w.t.file.Size)
		}
	}
	return n, err
}

// cause returns why the context ended, or else the error.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	return err
}
