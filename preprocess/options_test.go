package preprocess

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestOptionsJSON(t *testing.T) {
	b, err := json.Marshal(Options{})
	if err != nil || string(b) != "{}" {
		t.Errorf("zero options are %s, %v", b, err)
	}
	// Every field, so that one that is left out of JSON is noticed.
	var o Options
	v := reflect.ValueOf(&o).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x")
		case reflect.Int:
			f.SetInt(3)
		case reflect.Int64:
			f.SetInt(int64(45*ms) + int64(i))
		case reflect.Float64:
			f.SetFloat(0.5)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Slice:
			f.Set(reflect.ValueOf([]string{"a", "b"}))
		case reflect.Struct:
			f.Set(reflect.ValueOf(Window{-250 * ms, time.Duration(i) * ms}))
		default:
			t.Fatalf("a field of kind %v", f.Kind())
		}
	}
	b, err = json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var back Options
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(o, back) {
		t.Errorf("%s\nbecomes %+v, %v\nwant %+v", b, back, err, o)
	}
	b, _ = json.Marshal(Options{Bin: 45 * ms, Lag: -100 * ms, Window: Window{-250 * ms, 450 * ms}})
	if want := `{"window":"-250ms:450ms","bin":"45ms","lag":"-100ms"}`; string(b) != want {
		t.Errorf("%s, want %s", b, want)
	}
	for _, bad := range []string{`{"bin":"45"}`, `{"bin":45}`, `{"window":"1s"}`, `{"window":"2s:1s"}`, `{"window":"a:1s"}`, `{"window":"1s:b"}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

func TestValidate(t *testing.T) {
	if err := (&Options{}).Validate(); err != nil {
		t.Error(err)
	}
	for _, o := range []Options{
		{Bin: -ms}, {Smooth: -1}, {Causal: true}, {MinRate: -1}, {MaxTrials: -1}, {FromRow: -1}, {FromRow: 5, ToRow: 5}, {Resample: "cubic"}, {NaN: "zero"},
		{Overlap: "x"}, {Parity: "x"}, {Align: "go", Window: Window{0, 1}, Keep: Window{2, 1}}, {Keep: Window{0, 1}}, {Continuous: true, MaxTrials: 1},
	} {
		if err := o.Validate(); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}
