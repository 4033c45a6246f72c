// The pages of models that have no canvas.
import "./styles/models.css";
