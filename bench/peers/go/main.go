// Go's net/http: PORT, the answer of /health/live, the answer of /api/v1/recipes/1.
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: go-peer PORT LIVE RECIPE")
	}
	answer := func(body string) http.HandlerFunc {
		bytes := []byte(body)
		return func(writer http.ResponseWriter, request *http.Request) {
			writer.Header().Set("Content-Type", "application/json")
			writer.Write(bytes)
		}
	}
	http.HandleFunc("/health/live", answer(os.Args[2]))
	http.HandleFunc("/api/v1/recipes/1", answer(os.Args[3]))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
