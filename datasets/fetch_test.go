package datasets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// content is a file of 100 kB that has no period.
var content = func() []byte {
	var b []byte
	for i := 0; len(b) < 100_000; i++ {
		sum := sha256.Sum256(fmt.Append(nil, i))
		b = append(b, sum[:]...)
	}
	return b[:100_000]
}()

// published is a data set whose file is content, at a URL.
func published(url string) *Dataset {
	sum := sha256.Sum256(content)
	return &Dataset{ID: "test", File: File{Name: "test.mat", URL: url, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))}}
}

// A server serves content, and breaks off each of the first transfers after a number of bytes.
type server struct {
	etag, modified string
	breaks         int32 // how often
	after          int   // bytes
	noRanges       bool
	requests       atomic.Int32
	ranges         atomic.Int32 // answers of 206
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := s.requests.Add(1)
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
	}
	if s.noRanges {
		r.Header.Del("Range")
	}
	modified, _ := http.ParseTime(s.modified)
	out := &breaking{ResponseWriter: w, left: 1 << 30, ranges: &s.ranges}
	if n <= s.breaks {
		out.left = s.after
	}
	http.ServeContent(out, r, "", modified, bytes.NewReader(content))
}

// breaking ends the connection after a number of bytes.
type breaking struct {
	http.ResponseWriter
	left   int
	ranges *atomic.Int32
}

func (b *breaking) WriteHeader(code int) {
	if code == http.StatusPartialContent {
		b.ranges.Add(1)
	}
	b.ResponseWriter.WriteHeader(code)
}

func (b *breaking) Write(p []byte) (int, error) {
	if len(p) > b.left {
		if _, err := b.ResponseWriter.Write(p[:b.left]); err != nil {
			return 0, err
		}
		b.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/test.mat"
}

// quick are options for a server on this machine.
func quick(dir string) FetchOptions {
	return FetchOptions{Dir: dir, Attempts: 4, Pause: time.Millisecond, Stall: 10 * time.Second}
}

// wantFile checks that the file is there whole, and nothing beside it.
func wantFile(t *testing.T, path string, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, content) {
		t.Fatalf("the file differs from what was served, error %v", err)
	}
	wantOnly(t, filepath.Dir(path), "test.mat")
}

// wantOnly checks what is in a folder.
func wantOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the folder has %q, want %q", got, names)
	}
}

func TestFetch(t *testing.T) {
	for name, c := range map[string]struct {
		server   *server
		requests int32
		ranges   int32
	}{
		"at once":               {&server{}, 1, 0},
		"interrupted":           {&server{etag: `"v1"`, breaks: 2, after: 30_000}, 3, 2},
		"interrupted, by date":  {&server{modified: "Mon, 02 Jan 2012 15:04:05 GMT", breaks: 1, after: 30_000}, 2, 1},
		"interrupted, no tag":   {&server{breaks: 2, after: 30_000}, 3, 0},
		"interrupted, weak tag": {&server{etag: `W/"v1"`, breaks: 1, after: 30_000}, 2, 0},
		"without ranges":        {&server{etag: `"v1"`, noRanges: true, breaks: 1, after: 30_000}, 2, 0},
		"at the last byte":      {&server{etag: `"v1"`, breaks: 1, after: 99_999}, 2, 1},
		"before the first byte": {&server{etag: `"v1"`, breaks: 1, after: 0}, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := quick(t.TempDir())
			last := int64(0)
			o.Progress = func(done, total int64) {
				if last = done; total != int64(len(content)) {
					t.Errorf("progress of %d bytes", total)
				}
			}
			path, err := Fetch(context.Background(), published(serve(t, c.server)), o)
			wantFile(t, path, err)
			if last != int64(len(content)) {
				t.Errorf("progress ends at %d", last)
			}
			if c.server.requests.Load() != c.requests || c.server.ranges.Load() != c.ranges {
				t.Errorf("%d requests, %d for a part; want %d and %d", c.server.requests.Load(), c.server.ranges.Load(), c.requests, c.ranges)
			}
			// What is there is not fetched again.
			path, err = Fetch(context.Background(), published(serve(t, c.server)), o)
			wantFile(t, path, err)
			if c.server.requests.Load() != c.requests {
				t.Error("a file that is there was fetched again")
			}
		})
	}
}

// TestFetchResumesLater: a run that gives up leaves a part, which the next run completes; if the file on the
// server has become another version, it begins anew.
func TestFetchResumesLater(t *testing.T) {
	for _, changed := range []bool{false, true} {
		s := &server{etag: `"v1"`, breaks: 1, after: 40_000}
		d, o := published(serve(t, s)), quick(t.TempDir())
		o.Attempts = 1
		if _, err := Fetch(context.Background(), d, o); err == nil || !strings.Contains(err.Error(), "after 40000 of 100000 bytes") {
			t.Fatalf("error %v", err)
		}
		dir := filepath.Join(o.Dir, "test")
		wantOnly(t, dir, "test.mat.part", "test.mat.part.tag")
		if changed {
			s.etag = `"v2"`
			// The part is of another version: were it kept, the sum would be wrong.
			if err := os.WriteFile(filepath.Join(dir, "test.mat.part"), make([]byte, 40_000), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		path, err := Fetch(context.Background(), d, o)
		wantFile(t, path, err)
		if got := s.ranges.Load() == 1; got == changed {
			t.Errorf("changed %v, resumed %v", changed, got)
		}
	}
}

// TestFetchErrors: what cannot be had ends soon, names the reason and leaves no file under the name.
func TestFetchErrors(t *testing.T) {
	other := bytes.Clone(content)
	other[77]++
	var requests atomic.Int32
	respond := func(code int, body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			if body != nil {
				w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			}
			w.WriteHeader(code)
			w.Write(body)
		}
	}
	for name, c := range map[string]struct {
		handler  http.HandlerFunc
		want     string
		is       error
		requests int32
	}{
		"404":         {respond(404, []byte("no")), "404 Not Found", nil, 1},
		"403":         {respond(403, nil), "403 Forbidden", nil, 1},
		"503":         {respond(503, nil), "503 Service Unavailable", nil, 4},
		"wrong":       {respond(200, other), "SHA-256 differs", ErrChecksum, 1},
		"too long":    {respond(200, append(bytes.Clone(content), 1)), "more than the published 100000 bytes", ErrChecksum, 1},
		"too short":   {respond(200, content[:99_000]), "99000 bytes, published were 100000", ErrChecksum, 1},
		"no range":    {respond(206, content), "206 Partial Content", nil, 1},
		"not content": {respond(204, nil), "204 No Content", nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			requests.Store(0)
			o := quick(t.TempDir())
			_, err := Fetch(context.Background(), published(serve(t, c.handler)), o)
			if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if requests.Load() != c.requests {
				t.Errorf("%d requests, want %d", requests.Load(), c.requests)
			}
			if _, err := os.Stat(filepath.Join(o.Dir, "test", "test.mat")); !errors.Is(err, fs.ErrNotExist) {
				t.Error("there is a file under the name")
			}
			if c.is != nil {
				if _, err := os.Stat(filepath.Join(o.Dir, "test", "test.mat.part")); !errors.Is(err, fs.ErrNotExist) {
					t.Error("the wrong bytes stay")
				}
			}
		})
	}
}

// TestFetchWrongThere: another file under the name is not overwritten.
func TestFetchWrongThere(t *testing.T) {
	o := quick(t.TempDir())
	path := filepath.Join(o.Dir, "test", "test.mat")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	d := published("http://127.0.0.1:0/")
	_, err := Fetch(context.Background(), d, o)
	mine := sha256.Sum256([]byte("mine"))
	if !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), d.File.SHA256) || !strings.Contains(err.Error(), hex.EncodeToString(mine[:])) {
		t.Errorf("error %v, want both hashes", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "mine" {
		t.Error("the file was overwritten")
	}
}

// TestFetchStalls: a server that goes silent is given up, and so is one when the context ends.
func TestFetchStalls(t *testing.T) {
	done := make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		w.Write(content[:10])
		w.(http.Flusher).Flush()
		select {
		case <-done:
		case <-r.Context().Done():
		}
	})
	url := serve(t, handler)
	t.Cleanup(func() { close(done) })
	o := quick(t.TempDir())
	o.Attempts, o.Stall = 1, 50*time.Millisecond
	if _, err := Fetch(context.Background(), published(url), o); err == nil || !strings.Contains(err.Error(), "nothing came for 50ms") {
		t.Errorf("error %v, want a stall", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	o.Stall, o.Attempts = time.Minute, 100
	if _, err := Fetch(ctx, published(url), o); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}
