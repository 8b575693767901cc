// Resume as visitas de um dia para quem sai em campo: primeiro o que está quente.
import { responder } from "../_comum/resposta.ts";

interface Visita {
  camara: string;
  graus: number;
  minutos: number;
}

Deno.serve(async (pedido: Request) => {
  const visitas: Visita[] = await pedido.json();
  const ordem = [...visitas].sort((a, b) => b.graus - a.graus);
  const minutos = visitas.reduce((soma, visita) => soma + visita.minutos, 0);
  return responder({
    paradas: ordem.map((visita) => visita.camara),
    horas: Math.round((minutos / 60) * 10) / 10,
    // a oficina pede aviso quando o dia passa de seis horas
    dia_longo: minutos > 360,
  });
});
