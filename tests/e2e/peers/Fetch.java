import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;

/** Fetches each address with Java's own TLS; prints each page, or why there is none, in base64 on a line of its own. */
class Fetch {
    public static void main(String[] urls) {
        URI proxy = URI.create(System.getenv("HTTPS_PROXY"));
        ProxySelector through = ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort()));
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).proxy(through).build();
        for (String url : urls) {
            System.out.println(Base64.getEncoder().encodeToString(fetch(client, url).getBytes()));
        }
    }

    private static String fetch(HttpClient client, String url) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (Exception error) {
            return "refused: " + error;
        }
    }
}
