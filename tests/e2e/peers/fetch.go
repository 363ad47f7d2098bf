// Fetches each address with Go's own TLS and prints a list of pages, or of why there is none.
package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
)

func fetch(url string) string {
	answer, err := http.Get(url)
	if err != nil {
		return "refused: " + err.Error()
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return "refused: " + err.Error()
	}
	return string(page)
}

func main() {
	pages := []string{}
	for _, url := range os.Args[1:] {
		pages = append(pages, fetch(url))
	}
	if err := json.NewEncoder(os.Stdout).Encode(pages); err != nil {
		panic(err)
	}
}
