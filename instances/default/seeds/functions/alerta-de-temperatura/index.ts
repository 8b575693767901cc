// Recebe a leitura de uma câmara e diz se ela pede um aviso.
// A chave do aviso é a hora da leitura, não a da chegada: leitura atrasada não avisa duas vezes.
import { responder } from "../_comum/resposta.ts";
import { limite } from "./limites.ts";

interface Leitura {
  camara: string;
  produto: string;
  graus: number;
  lida_em: string;
}

Deno.serve(async (pedido: Request) => {
  if (pedido.method !== "POST") {
    return responder({ erro: "Envie a leitura com POST." }, 405);
  }
  const leitura: Leitura = await pedido.json();
  const maximo = limite(leitura.produto);
  const quente = leitura.graus > maximo;
  return responder({
    camara: leitura.camara,
    avisar: quente,
    chave: `${leitura.camara}/${leitura.lida_em}`,
    motivo: quente ? `${leitura.graus} °C, e o limite é ${maximo} °C` : null,
  });
});
